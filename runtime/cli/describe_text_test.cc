// podrun describe, for a person to read.
#include "runtime/cli/describe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/probe_text.h"
#include "runtime/cli/test_pods.h"

namespace podrun::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string described(const LiveContainer& container) {
  const LivePod pod = pod_of({container});
  return describe_text(pod, kube_pod(pod));
}

TEST(ProbeText, IsKubectls) {
  ProbePlan probe;
  probe.action = HttpAction{.host = "", .port = 8080, .path = "/healthz", .headers = {}};
  EXPECT_EQ(probe_text(probe), "http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3");
  probe.action = HttpAction{.host = "127.0.0.1", .port = 80, .headers = {}};
  EXPECT_THAT(probe_text(probe), HasSubstr("http-get http://127.0.0.1:80/ delay"));
  probe.action = TcpAction{.host = "fd00::1", .port = 53};
  EXPECT_THAT(probe_text(probe), HasSubstr("tcp-socket [fd00::1]:53 delay"));
  probe = {.action = ExecAction{{"cat", "/tmp/healthy"}},
           .initial_delay = 5,
           .period = 6,
           .timeout = 2,
           .success_threshold = 3,
           .failure_threshold = 4,
           .grace_period = {}};
  EXPECT_EQ(probe_text(probe), "exec [cat /tmp/healthy] delay=5s timeout=2s period=6s #success=3 #failure=4");
}

TEST(Describe, HasALineForEachProbe) {
  LiveContainer main = running("main");
  EXPECT_THAT(described(main), Not(HasSubstr("Liveness:")));
  main.record.plan.probes = full_container().plan.probes;
  const std::string text = described(main);
  EXPECT_THAT(text, HasSubstr("    Liveness:         http-get https://127.0.0.1:8080/alive delay=0s"));
  EXPECT_THAT(text, HasSubstr("    Readiness:        tcp-socket 10.0.0.1:80 delay=0s"));
  EXPECT_THAT(text, HasSubstr("    Startup:          exec [/bin/check -s] delay=1s timeout=3s period=2s"));
}

TEST(Describe, ShowsWhatAContainerSaidOfItsEnd) {
  const ExitStatus exit{.code = 3, .finished_at = kStarted + 1, .message = "no disk:\nsda1\n"};
  const std::string text = described(ended("main", exit));
  EXPECT_THAT(text, HasSubstr("      Reason:           Error\n"
                              "      Message:          no disk:\n"
                              "                        sda1\n"
                              "      Exit Code:        3\n"));
  EXPECT_THAT(described(after(ended("main", exit), running("main", 1))), HasSubstr("Message:          no disk:"));
  EXPECT_THAT(described(ended("main", ExitStatus{.code = 3})), Not(HasSubstr("Message: ")));
}

}  // namespace
}  // namespace podrun::cli
