// Pods as kubectl's users see them: JSON, YAML and table, from records and what the kernel said.
#include "runtime/cli/kube_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/cli/describe_text.h"
#include "runtime/cli/inspect_json.h"
#include "runtime/cli/pod_table.h"
#include "runtime/cli/yaml_out.h"
#include "runtime/kernel/clock.h"
#include "runtime/store/test_records.h"

namespace podrun::cli {
namespace {

using ::testing::HasSubstr;

// Container httpd of standing_record() runs, a second one has ended as `exit` says.
LivePod live_pod(std::optional<ExitStatus> exit = ExitStatus{0, 0, 1'700'000'005'000'000'000}) {
  LivePod pod;
  pod.record = standing_record();
  pod.record.plan.namespaces.host_network = false;
  pod.record.plan.who.manifest =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[)"
      R"({"name":"httpd","image":"oci:/images/web:1","command":["/bin/httpd"],)"
      R"("ports":[{"containerPort":80,"hostPort":8080}],"resources":{"limits":{"memory":"64Mi"}}},)"
      R"({"name":"once","image":"rootfs:/"}]}})";
  ContainerRecord once = full_container();
  once.plan.name = "once";
  once.plan.image = "rootfs:/";
  once.plan.image_digest.clear();
  ContainerRecord httpd = full_container();
  httpd.plan.role = once.plan.role = ContainerRole::main;
  httpd.plan.attempt = once.plan.attempt = 0;
  httpd.plan.probes = once.plan.probes = {};  // nobody asks them
  httpd.plan.hooks = once.plan.hooks = {};
  httpd.life.failure = once.life.failure = "";
  httpd.life.held = once.life.held = false;
  httpd.life.back_off = once.life.back_off = 0;
  pod.record.plan.restart = RestartPolicy::never;
  pod.containers = {{httpd, {.running = true, .exit = std::nullopt}, std::nullopt},
                    {once, {.running = false, .exit = exit}, std::nullopt}};
  pod.phase = Phase::running;
  pod.shim_alive = pod.pause_alive = true;
  pod.node = "here";
  return pod;
}

TEST(KubeJson, HasTheShapeOfAPod) {
  const std::string id = test_id('a');
  const Json expected = Json::parse(R"({
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
      "annotations": {
        "k8s.v1.cni.cncf.io/network-status":
          "[{\"default\":true,\"dns\":{},\"interface\":\"eth0\",\"ips\":[\"10.88.0.2\"],\"name\":\"podrun\"}]",
        "note": "line one\nline two",
        "podrun.io/networks": "lab@eth1"
      },
      "creationTimestamp": "2023-11-14T22:13:20Z",
      "labels": {"app": "web", "tier": "front"},
      "name": "web",
      "namespace": "team-a",
      "uid": "0f0e0d0c-0b0a-4908-8706-050403020100"
    },
    "status": {
      "conditions": [
        {"type": "Initialized", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2023-11-14T22:13:20Z"},
        {"type": "Ready", "status": "False", "lastProbeTime": null, "lastTransitionTime": "2023-11-14T22:13:25Z",
         "reason": "ContainersNotReady", "message": "containers with unready status: [once]"},
        {"type": "ContainersReady", "status": "False", "lastProbeTime": null,
         "lastTransitionTime": "2023-11-14T22:13:25Z",
         "reason": "ContainersNotReady", "message": "containers with unready status: [once]"}
      ],
      "containerStatuses": [
        {"containerID": "podrun://ID/httpd.0", "image": "oci:/images/web:1", "imageID": "sha256:DIGEST",
         "lastState": {}, "name": "httpd", "ready": true, "restartCount": 0, "started": true,
         "allocatedResources": {"memory": "64Mi"},
         "resources": {"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}},
         "state": {"running": {"startedAt": "2023-11-14T22:13:21Z"}}},
        {"containerID": "podrun://ID/once.0", "image": "rootfs:/", "imageID": "",
         "lastState": {}, "name": "once", "ready": false, "restartCount": 0, "started": false,
         "state": {"terminated": {"containerID": "podrun://ID/once.0", "exitCode": 0, "reason": "Completed",
                                  "startedAt": "2023-11-14T22:13:21Z", "finishedAt": "2023-11-14T22:13:25Z"}}}
      ],
      "phase": "Running",
      "qosClass": "Burstable",
      "hostIP": "192.0.2.7",
      "hostIPs": [{"ip": "192.0.2.7"}],
      "podIP": "10.88.0.2",
      "podIPs": [{"ip": "10.88.0.2"}, {"ip": "fd00::2"}],
      "startTime": "2023-11-14T22:13:20Z"
    }
  })");
  std::string text = kube_pod(live_pod()).dump();
  for (auto at = text.find(id); at != std::string::npos; at = text.find(id)) text.replace(at, id.size(), "ID");
  text.replace(text.find(test_id('b')), 64, "DIGEST");
  Json pod = Json::parse(text);
  EXPECT_EQ(pod["spec"]["containers"].size(), 2U);
  Json spec = Json::parse(live_pod().record.plan.who.manifest)["spec"];
  spec["nodeName"] = "here";
  EXPECT_EQ(pod["spec"], spec);
  pod.erase("spec");
  EXPECT_EQ(pod, expected) << pod.dump(2);
}

Json second_state(std::optional<ExitStatus> exit) {
  return kube_pod(live_pod(exit))["status"]["containerStatuses"][1]["state"]["terminated"];
}

TEST(KubeJson, AnUpdateUnderWayIsACondition) {
  LivePod pod = live_pod();
  const auto resizes = [&] {
    const Json shown = kube_pod(pod).at("status").at("conditions");
    return std::any_of(shown.begin(), shown.end(), [](const Json& one) {
      return one.at("type") == "PodResizeInProgress" && one.at("status") == "True";
    });
  };
  EXPECT_FALSE(resizes());
  pod.record.life.resizing = true;
  EXPECT_TRUE(resizes());
}

TEST(KubeJson, SaysHowAContainerEnded) {
  EXPECT_EQ(second_state(ExitStatus{1, 0, 0})["reason"], "Error");
  const Json killed = second_state(ExitStatus{137, 9, 0});
  EXPECT_EQ(killed["exitCode"], 137);
  EXPECT_EQ(killed["signal"], 9);
  EXPECT_EQ(second_state(std::nullopt)["reason"], "ContainerStatusUnknown");
}

TEST(KubeJson, ShowsContainersThatAPodInTheMakingHasYetToStart) {
  LivePod pod = live_pod();
  pod.record.life.state = PodState::creating;
  pod.containers.pop_back();
  pod.containers.pop_back();
  const Json statuses = kube_pod(pod)["status"]["containerStatuses"];
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_EQ(statuses[1]["name"], "once");
  EXPECT_EQ(statuses[1]["state"]["waiting"]["reason"], "ContainerCreating");
}

TEST(KubeJson, AManifestThatCannotBeReadCostsTheSpecOnly) {
  for (const char* manifest : {"", "{", "[]", "{}", R"({"spec":3})", R"({"spec":{"containers":{"a":[]}}})"}) {
    LivePod pod = live_pod();
    pod.record.plan.who.manifest = manifest;
    pod.record.life.state = PodState::creating;
    EXPECT_EQ(kube_pod(pod)["metadata"]["name"], "web") << manifest;
  }
}

TEST(KubeJson, AListHoldsItsPods) {
  const Json list = kube_list({kube_pod(live_pod()), kube_pod(live_pod())});
  EXPECT_EQ(list["kind"], "List");
  EXPECT_EQ(list["items"].size(), 2U);
  EXPECT_EQ(kube_list({})["items"], Json::array());
}

TEST(Yaml, ReadsBackAsTheSameText) {
  const std::vector<std::string> values{"plain",
                                        "two words",
                                        "true",
                                        "No",
                                        "null",
                                        "~",
                                        "",
                                        "12",
                                        "1e3",
                                        "0x1f",
                                        "-1",
                                        ".5",
                                        "+1",
                                        "1:30",
                                        "a: b",
                                        "a #b",
                                        "- item",
                                        "{x}",
                                        "[x]",
                                        "*star",
                                        "&and",
                                        "!bang",
                                        "%pct",
                                        "@at",
                                        "`tick",
                                        "'q'",
                                        "\"dq\"",
                                        "a\nb",
                                        "tab\tx",
                                        "trail ",
                                        " lead",
                                        "ünïcödé",
                                        "2024-01-01T00:00:00Z",
                                        "podrun://x/y",
                                        "=",
                                        "<<",
                                        "|",
                                        ">",
                                        "\x01"
                                        "bell",
                                        "on"};
  for (const std::string& value : values) {
    const YAML::Node node = YAML::Load(to_yaml({{"key", value}}))["key"];
    EXPECT_EQ(node.as<std::string>(), value);
    EXPECT_TRUE(node.IsScalar()) << value;
  }
  // Plain text that YAML readers take for something else would carry the tag "?", quoted text carries "!".
  for (const char* ambiguous : {"true", "No", "null", "~", "", "12", "0x1f", ".5", "1:30", "on", "2024-01-01"})
    EXPECT_EQ(YAML::Load(to_yaml({{"key", ambiguous}}))["key"].Tag(), "!") << ambiguous;
}

TEST(Yaml, KeepsNumbersFlagsAndEmptyCollections) {
  EXPECT_EQ(to_yaml({{"a", 1}, {"b", true}, {"c", nullptr}, {"d", Json::array()}, {"e", Json::object()}}),
            "a: 1\nb: true\nc: null\nd: []\ne: {}\n");
}

TEST(PodTable, HasKubectlsColumns) {
  const std::int64_t later = full_record().life.created_at + 125'000'000'000;
  EXPECT_EQ(pod_table({live_pod()}, {}, later),
            "NAME   READY   STATUS     RESTARTS   AGE\n"
            "web    1/2     NotReady   0          2m5s\n");
  const std::string wide = pod_table({live_pod()}, {.wide = true, .with_namespace = true}, later);
  EXPECT_EQ(wide,
            "NAMESPACE   NAME   READY   STATUS     RESTARTS   AGE    IP                  NETWORKS   POD ID\n"
            "team-a      web    1/2     NotReady   0          2m5s   10.88.0.2,fd00::2   podrun     aaaaaaaaaaaa\n");
}

TEST(PodTable, HasAColumnForEachLabelThatIsNamed) {
  const std::string text = pod_table({live_pod()}, {.with_labels = true, .label_columns = {"x/app", "app"}}, 0);
  EXPECT_THAT(text, testing::ContainsRegex("AGE +APP +APP +LABELS\n"));
  EXPECT_THAT(text, testing::ContainsRegex(" {9}web +app=web,tier=front\n")) << "nothing where there is none";
}

// As status.podIP has it.
TEST(PodTable, APodOnTheHostsNetworkHasItsAddresses) {
  LivePod pod = live_pod();
  pod.record.plan.namespaces.host_network = true;
  pod.record.life.ips.clear();
  pod.record.life.host_ips = {"192.0.2.7"};
  EXPECT_THAT(pod_table({pod}, {.wide = true}, 0), HasSubstr("   192.0.2.7   "));
  EXPECT_THAT(describe_text(pod, kube_pod(pod)),
              HasSubstr("IP:               192.0.2.7\nIPs:\n  IP:  192.0.2.7\n"));
}

TEST(StatusWord, SaysWhatKubectlWould) {
  EXPECT_EQ(status_word(live_pod()), "NotReady");
  EXPECT_EQ(status_word(live_pod(ExitStatus{1, 0, 0})), "Error");
  EXPECT_EQ(status_word(live_pod(std::nullopt)), "ContainerStatusUnknown");
  LivePod pod = live_pod();
  pod.containers[1].status = {.running = true, .exit = std::nullopt};
  EXPECT_EQ(status_word(pod), "Running");
  pod.containers[0].status = pod.containers[1].status = {.running = false, .exit = ExitStatus{}};
  EXPECT_EQ(status_word(pod), "Completed");
  pod.reason = "SandboxGone";
  EXPECT_EQ(status_word(pod), "SandboxGone");
  pod.record.life.state = PodState::deleting;
  EXPECT_EQ(status_word(pod), "Terminating");
  pod = live_pod();
  pod.record.life.deadline = boot_time() + 30'000'000'000;
  EXPECT_EQ(status_word(pod), "Terminating");
  EXPECT_TRUE(kube_pod(pod)["metadata"].contains("deletionTimestamp"));
  pod = live_pod();
  pod.record.life.state = PodState::creating;
  EXPECT_EQ(status_word(pod), "ContainerCreating");
}

TEST(Describe, NamesWhatAPersonLooksFor) {
  LivePod pod = live_pod();
  pod.pause_alive = false;
  pod.reason = "SandboxGone";
  pod.message = "its pause process is gone";
  const std::string text = describe_text(pod, kube_pod(pod));
  for (const char* line :
       {"Name:             web\n", "Labels:           app=web\n                  tier=front\n",
        "Message:          its pause process is gone\n", "  IP:  fd00::2\n", "  httpd:\n",
        "    Ports:            80/TCP\n", "    Host Ports:       8080/TCP\n", "      memory:           64Mi\n",
        "      Exit Code:        0\n", "  podrun:           eth0 10.88.0.2\n", "Pause PID:        102 (gone)\n",
        "  Ready             False\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(KubeJson, SaysWhichNetworksItWasMadeWith) {
  LivePod pod = live_pod();
  pod.record.plan.networks = {"lab", "front@eth5"};
  EXPECT_EQ(kube_pod(pod)["metadata"]["annotations"]["podrun.io/networks"], "lab,front@eth5");
}

TEST(NetworkStatus, IsWhatMultusWritesIntoAPod) {
  LivePod pod = live_pod();
  pod.record.life.networks = {{"podrun", "eth0", R"({"cniVersion":"1.0.0","interfaces":[{"name":"br0"},{"name":"eth0",
      "mac":"c2:11:22:33:44:55","sandbox":"/run/netns/web"}],"ips":[{"address":"10.88.0.2/16","interface":1}],
      "dns":{"nameservers":["10.88.0.1"],"search":["a.example"]}})"},
                              {"blue", "net1", "no json"}};
  const Json json = kube_pod(pod);
  EXPECT_EQ(Json::parse(json["metadata"]["annotations"]["k8s.v1.cni.cncf.io/network-status"].get<std::string>()),
            Json::parse(R"([{"name":"podrun","interface":"eth0","ips":["10.88.0.2"],"mac":"c2:11:22:33:44:55",
                "default":true,"dns":{"nameservers":["10.88.0.1"],"search":["a.example"]}},
                {"name":"blue","interface":"net1"}])"));
  EXPECT_THAT(describe_text(pod, json), HasSubstr("  podrun:           eth0 10.88.0.2\n  blue:             net1\n"));
}

TEST(Inspect, OpensWhatIsJsonAndSumsTheTimings) {
  LivePod pod = live_pod();
  pod.record.life.timings.push_back({"create cgroup", 30});
  pod.record.life.networks.push_back({"odd", "eth1", "no json"});
  const auto json = inspect_json(pod);
  EXPECT_EQ(json["plan"]["who"]["manifest"]["kind"], "Pod");
  EXPECT_EQ(json["life"]["networks"][0]["result"]["cniVersion"], "1.0.0");
  EXPECT_EQ(json["life"]["networks"][1]["result"], "no json");
  EXPECT_EQ(json["life"]["timings"]["create cgroup"], 150);
  EXPECT_EQ(json["life"]["timings"]["plugin bridge ADD"], 31000);
  EXPECT_EQ(json["containers"][0]["plan"]["process"]["capabilities"][0], "CAP_CHOWN");
  EXPECT_EQ(json["live"]["containers"]["once"]["exit"]["code"], 0);
  EXPECT_EQ(json["live"]["containers"]["httpd"]["running"], true);
  EXPECT_EQ(json["life"]["namespaces"]["net"], 4026532000);
}

TEST(KubeJson, AnEphemeralContainerStandsApartAndCountsForNothing) {
  LivePod pod = live_pod(ExitStatus{0, 0, 1'700'000'005'000'000'000});
  LiveContainer look = pod.containers.front();
  look.record.plan.name = "look";
  look.record.plan.role = ContainerRole::ephemeral;
  look.record.plan.asked = R"({"name":"look","image":"busybox","targetContainerName":"httpd"})";
  pod.containers.pop_back();
  pod.containers.push_back(look);
  const Json all = kube_pod(pod);
  EXPECT_EQ(all["spec"]["ephemeralContainers"], Json::array({Json::parse(look.record.plan.asked)}));
  EXPECT_EQ(all["status"]["ephemeralContainerStatuses"].size(), 1U);
  EXPECT_EQ(all["status"]["ephemeralContainerStatuses"][0]["name"], "look");
  EXPECT_EQ(all["status"]["ephemeralContainerStatuses"][0]["ready"], false);
  EXPECT_EQ(all["status"]["containerStatuses"].size(), 1U);
  EXPECT_EQ(all["status"]["conditions"][1]["status"], "True") << "it is ready without that";
  EXPECT_THAT(pod_table({pod}, {}, wall_time()), HasSubstr("1/1"));
  const std::string text = describe_text(pod, all);
  EXPECT_LT(text.find("\nContainers:\n  httpd:\n"), text.find("\nEphemeral Containers:\n  look:\n"));
}

}  // namespace
}  // namespace podrun::cli
