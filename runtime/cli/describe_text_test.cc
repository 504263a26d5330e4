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

TEST(Describe, ShowsVariablesMountsAndVolumes) {
  LivePod pod = pod_of({running("main")});
  pod.record.plan.who.manifest = R"({"spec":{"volumes":[
      {"name":"data","emptyDir":{"medium":"Memory"}},{"name":"cert","secret":{"secretName":"tls"}}],
    "containers":[{"name":"main","env":[{"name":"COLOUR","value":"red"},
      {"name":"KEY","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}},
      {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
      "envFrom":[{"prefix":"DB_","secretRef":{"name":"db"}}],
      "volumeMounts":[{"name":"data","mountPath":"/data"},
                      {"name":"cert","mountPath":"/cert","readOnly":true,"subPath":"tls.crt"}]}]}})";
  pod.containers[0].record.plan.process.env = {{"KEY", "s3cret"}, {"DB_password", "s3cret"}};
  const std::string text = describe_text(pod, kube_pod(pod));
  EXPECT_THAT(text, HasSubstr("    Environment Variables from:\n"
                              "      db  Secret with prefix 'DB_'  Optional: false\n"
                              "    Environment:\n"
                              "      COLOUR:           red\n"
                              "      KEY:              <set to the key 'password' of secret 'db'>\n"
                              "      IP:               (v1:status.podIP)\n"
                              "    Mounts:\n"
                              "      /data from data (rw)\n"
                              "      /cert from cert (ro,path=\"tls.crt\")\n"));
  EXPECT_THAT(text, HasSubstr("Volumes:\n"
                              "  data:\n"
                              "    Type:             EmptyDir (a temporary directory that shares a pod's lifetime)\n"
                              "    Medium:           Memory\n"
                              "  cert:\n"
                              "    Type:             Secret (a volume populated by a Secret)\n"
                              "    Secret Name:      tls\n"));
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  const std::string bare = described(running("main"));
  EXPECT_THAT(bare, HasSubstr("    Environment:      <none>\n    Mounts:           <none>\n"));
  EXPECT_THAT(bare, HasSubstr("Volumes:          <none>\n"));
}

TEST(Describe, ShowsTheQosClass) {
  const auto described_with = [](const std::string& resources) {
    LivePod pod = pod_of({running("main")});
    pod.record.plan.who.manifest = R"({"spec":{"containers":[{"name":"main","resources":)" + resources + "}]}}";
    return describe_text(pod, kube_pod(pod));
  };
  EXPECT_THAT(described_with("{}"), HasSubstr("QoS Class:        BestEffort\n"));
  EXPECT_THAT(described_with(R"({"requests":{"cpu":"1"}})"), HasSubstr("QoS Class:        Burstable\n"));
  EXPECT_THAT(described_with(R"({"limits":{"cpu":"500m","memory":"1Gi"},"requests":{"cpu":"0.5"}})"),
              HasSubstr("QoS Class:        Guaranteed\n"));
}

// As kubectl, which sees what the API server has filled in.
TEST(Describe, RequestsThatAreNotSaidAreTheLimits) {
  LivePod pod = pod_of({running("main")});
  pod.record.plan.who.manifest =
      R"({"spec":{"containers":[{"name":"main",)"
      R"("resources":{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":1}}}]}})";
  EXPECT_THAT(describe_text(pod, kube_pod(pod)), HasSubstr("    Limits:\n"
                                                           "      cpu:              2\n"
                                                           "      memory:           1Gi\n"
                                                           "    Requests:\n"
                                                           "      cpu:              1\n"
                                                           "      memory:           1Gi\n"));
}

TEST(Describe, EndsWithTheEvents) {
  LivePod pod = pod_of({running("main")});
  pod.record.life.created_at = kStarted;
  const std::int64_t now = kStarted + 65'000'000'000;
  EXPECT_THAT(describe_text(pod, kube_pod(pod), events_of(pod, 0), now),
              testing::EndsWith("Events:\n"
                                "  Type     Reason    Age   Message\n"
                                "  Normal   Created   65s   Created pod\n"
                                "  Normal   Started   65s   Started container main\n"));
  EXPECT_THAT(describe_text(pod, kube_pod(pod)), testing::EndsWith("Events:           <none>\n"));
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
