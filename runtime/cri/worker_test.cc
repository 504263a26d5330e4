// Real processes, of a shell in place of podrun.
#include "runtime/cri/worker.h"

#include <gmock/gmock.h>

namespace podrun::cri {
namespace {

Workers shell(const std::string& script, rlimit open_files) { return {"sh", {"-c", script}, open_files}; }

TEST(WorkerTest, HasTheWordsTheInputAndTheSocketThatItIsGiven) {
  const auto answer = shell(R"([ -S /dev/fd/3 ] && echo "{\"words\": \"$0 $*\", \"input\": \"$(cat)\"}")", {512, 1024})
                          .run({"start", "one"}, "text");
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->value("words", ""), "system op start one");
  EXPECT_EQ(answer->value("input", ""), "text");
}

TEST(WorkerTest, HasNotTheLimitOfTheServer) {
  rlimit own{};
  ::getrlimit(RLIMIT_NOFILE, &own);
  ASSERT_NE(own.rlim_cur, 333U);
  const auto answer = shell("echo {\\\"n\\\": $(ulimit -Sn)}", {333, own.rlim_max}).run({"start"});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->value("n", 0), 333);
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, own.rlim_cur);
}

TEST(WorkerTest, ThatCannotBeRunSaysWhy) {
  const auto answer = Workers("/no/such/podrun", {}, {1024, 1024}).run({"start"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::not_found);
  EXPECT_THAT(answer.error().what, testing::HasSubstr("/no/such/podrun"));
}

}  // namespace
}  // namespace podrun::cri
