#include "runtime/cri/call_counts.h"

#include <gmock/gmock.h>

namespace podrun::cri {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(CallCounts, ACallIsInEveryBucketThatIsNoShorterThanIt) {
  CallCounts counts;
  counts.add("Version", "OK", 2ms);
  counts.add("Version", "OK", 5ms);
  counts.add("Version", "OK", 2min);
  const std::string text = counts.text();
  EXPECT_THAT(text, HasSubstr("# TYPE podrun_cri_call_duration_seconds histogram\n"));
  for (const char* line :
       {"_bucket{call=\"Version\",code=\"OK\",le=\"0.001\"} 0\n",
        "_bucket{call=\"Version\",code=\"OK\",le=\"0.005\"} 2\n", "_bucket{call=\"Version\",code=\"OK\",le=\"60\"} 2\n",
        "_bucket{call=\"Version\",code=\"OK\",le=\"+Inf\"} 3\n", "_sum{call=\"Version\",code=\"OK\"} 120.007\n",
        "_count{call=\"Version\",code=\"OK\"} 3\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(CallCounts, OutcomesAreCountedApart) {
  CallCounts counts;
  EXPECT_THAT(counts.text(), Not(HasSubstr("_count")));
  counts.add("StartContainer", "OK", 1ms);
  counts.add("StartContainer", "NOT_FOUND", 1ms);
  counts.add("ListImages", "OK", 1ms);
  for (const char* labels : {"call=\"StartContainer\",code=\"OK\"", "call=\"StartContainer\",code=\"NOT_FOUND\"",
                             "call=\"ListImages\",code=\"OK\""})
    EXPECT_THAT(counts.text(), HasSubstr("_count{" + std::string(labels) + "} 1\n"));
}

}  // namespace
}  // namespace podrun::cri
