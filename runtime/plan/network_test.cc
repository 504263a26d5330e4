#include "runtime/plan/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cni-invoker/tests/covers.h"

namespace podrun {
namespace {

using cni::testing::covers;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

ChosenNetwork chosen_of(const std::string& interface_name = "eth0") {
  auto list = cni::parse_network_list(R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge"}]})", "test");
  EXPECT_TRUE(list);
  ChosenNetwork chosen{{}, std::move(list).value()};
  chosen.selection.interface_name = interface_name;
  return chosen;
}

PodPlan networked_pod() {
  PodPlan pod;
  pod.who.id = std::string(64, 'a');
  pod.who.name = "web";
  pod.who.name_space = "default";
  pod.who.uid = "11111111-2222-4333-8444-555555555555";
  pod.netns_path = "/run/netns/web";
  return pod;
}

std::string capability(const NetworkPlan& plan, const char* name) {
  const std::string* text = plan.attachment.capability_args.find(name);
  return text == nullptr ? std::string() : *text;
}

TEST(PlanNetwork, TellsThePluginsWhatKubernetesTellsThem) {
  covers("A13.00 A14.01 A14.03 B4");
  PodPlan pod = networked_pod();
  PortSpec port;
  port.container_port = 80;
  port.host_port = 8080;
  port.host_ip = "192.0.2.1";
  pod.host_ports = {port};
  pod.who.annotations = {{"kubernetes.io/ingress-bandwidth", "8M"},
                         {"podrun.io/mac", "c2:11:22:33:44:55"},
                         {"podrun.io/ips", "10.1.2.3/24, fd00::2/64"}};
  const auto plan = network_plan(chosen_of(), pod, true);
  ASSERT_TRUE(plan) << plan.error().what;
  const cni::Attachment& attachment = plan->attachment;
  EXPECT_EQ(attachment.container_id, pod.who.id);
  EXPECT_EQ(attachment.netns, "/run/netns/web");
  EXPECT_THAT(attachment.args,
              ElementsAre(Pair("IgnoreUnknown", "1"), Pair("K8S_POD_NAMESPACE", "default"), Pair("K8S_POD_NAME", "web"),
                          Pair("K8S_POD_INFRA_CONTAINER_ID", pod.who.id), Pair("K8S_POD_UID", pod.who.uid)));
  EXPECT_EQ(capability(*plan, "portMappings"),
            R"([{"containerPort":80,"hostIP":"192.0.2.1","hostPort":8080,"protocol":"tcp"}])");
  EXPECT_EQ(capability(*plan, "bandwidth"), R"({"ingressBurst":800000,"ingressRate":8000000})");
  EXPECT_EQ(capability(*plan, "ips"), R"(["10.1.2.3/24","fd00::2/64"])");
  EXPECT_EQ(capability(*plan, "mac"), R"("c2:11:22:33:44:55")");
}

// Else a port of the host would be mapped once a network, and an address asked for in each.
TEST(PlanNetwork, OnlyThePrimaryNetworkServesPortsAndThePodsOwnAnnotations) {
  PodPlan pod = networked_pod();
  PortSpec port;
  port.container_port = port.host_port = 80;
  pod.host_ports = {port};
  pod.who.annotations = {{"podrun.io/mac", "c2:11:22:33:44:55"}};
  ChosenNetwork second = chosen_of("net1");
  second.selection.capability_args.set("mac", R"("c2:11:22:33:44:66")");
  second.selection.conventional_args.set("labels", "[1.0]");
  const auto plan = network_plan(second, pod, false);
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_EQ(plan->attachment.ifname, "net1");
  EXPECT_EQ(capability(*plan, "portMappings"), "");
  EXPECT_EQ(capability(*plan, "mac"), R"("c2:11:22:33:44:66")");
  EXPECT_EQ(plan->attachment.conventional_args.dump(), R"({"labels":[1.0]})");
}

TEST(PlanNetwork, NamesAndRangesComeFromAnnotations) {
  covers("A13.00 A13.01");
  PodPlan pod = networked_pod();
  pod.who.annotations = {
      {"podrun.io/aliases", "db, primary-db"},
      {"podrun.io/ip-ranges", R"([[{"subnet": "10.1.2.0/24", "rangeStart": "10.1.2.9"}], [{"subnet":"fd00::/64"}]])"}};
  auto plan = network_plan(chosen_of(), pod, true);
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_EQ(capability(*plan, "aliases"), R"(["db","primary-db"])");
  EXPECT_EQ(capability(*plan, "ipRanges"),
            R"([[{"rangeStart":"10.1.2.9","subnet":"10.1.2.0/24"}],[{"subnet":"fd00::/64"}]])");
  pod.who.annotations["podrun.io/aliases"] = R"({"n": ["db", "primary-db"]})";
  EXPECT_EQ(capability(*network_plan(chosen_of(), pod, true), "aliases"), R"({"n":["db","primary-db"]})");
  plan = network_plan(chosen_of("net1"), pod, false);
  EXPECT_EQ(capability(*plan, "aliases"), "");
  EXPECT_EQ(capability(*plan, "ipRanges"), "");
}

// They may be long, and are kept with every attachment.
TEST(PlanNetwork, CgroupAndAnnotationsGoToWhoeverTakesThem) {
  covers("A13.00 A13.01");
  PodPlan pod = networked_pod();
  pod.who.annotations = {{"team", "a \"b\""}};
  pod.cgroup_path = "/machine/podrun-" + pod.who.id;
  auto plan = network_plan(chosen_of(), pod, true);
  EXPECT_TRUE(plan->attachment.capability_args.empty());

  ChosenNetwork chosen = chosen_of("net1");
  chosen.network.plugins[0].capabilities = {"cgroupPath", "io.kubernetes.cri.pod-annotations"};
  plan = network_plan(chosen, pod, false);
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_EQ(capability(*plan, "cgroupPath"), "\"/machine/podrun-" + pod.who.id + "\"");
  EXPECT_EQ(capability(*plan, "io.kubernetes.cri.pod-annotations"), R"({"team":"a \"b\""})");
}

TEST(PlanNetwork, NamesAndRangesThatAreNoneNameTheirAnnotation) {
  PodPlan pod = networked_pod();
  for (const auto& [name, bad] : {std::pair{"podrun.io/aliases", ""},
                                  {"podrun.io/aliases", "a b"},
                                  {"podrun.io/aliases", "[\"a\"]"},
                                  {"podrun.io/aliases", "{}"},
                                  {"podrun.io/aliases", "{\"n\":[]}"},
                                  {"podrun.io/aliases", "{\"n\":\"a\"}"},
                                  {"podrun.io/ip-ranges", "10.1.2.0/24"},
                                  {"podrun.io/ip-ranges", "[]"},
                                  {"podrun.io/ip-ranges", "[[]]"},
                                  {"podrun.io/ip-ranges", R"([{"subnet":"10.1.2.0/24"}])"},
                                  {"podrun.io/ip-ranges", R"([[{"subnet":"10.1.2.0"}]])"},
                                  {"podrun.io/ip-ranges", R"([[{"rangeStart":"10.1.2.3"}]])"},
                                  {"podrun.io/ip-ranges", R"([[{"subnet":"10.1.2.0/24","rangeEnd":5}]])"},
                                  {"podrun.io/ip-ranges", R"([[{"subnet":"10.1.2.0/24","end":"10.1.2.5"}]])"}}) {
    pod.who.annotations = {{name, bad}};
    const auto plan = network_plan(chosen_of(), pod, true);
    ASSERT_FALSE(plan) << bad;
    EXPECT_THAT(plan.error().what, HasSubstr(std::string("metadata.annotations[") + name + "]: expected "));
  }
}

TEST(PlanNetwork, ABandwidthThatIsNoneNamesItsAnnotation) {
  PodPlan pod = networked_pod();
  for (const char* bad : {"fast", "1", "-5M", "2000P"}) {
    pod.who.annotations = {{"kubernetes.io/egress-bandwidth", bad}};
    const auto plan = network_plan(chosen_of(), pod, true);
    ASSERT_FALSE(plan) << bad;
    EXPECT_THAT(plan.error().what, HasSubstr("metadata.annotations[kubernetes.io/egress-bandwidth]"));
  }
}

TEST(PlanNetwork, AddressesThatAreNoneAreRefusedBeforeAPluginSeesThem) {
  PodPlan pod = networked_pod();
  for (const auto& [name, bad] : {std::pair{"podrun.io/ips", "also"},
                                  {"podrun.io/ips", "010.0.0.1"},
                                  {"podrun.io/ips", "fe80::1%eth0"},
                                  {"podrun.io/ips", "::ffff:10.0.0.1/129"},
                                  {"podrun.io/ips", "10.0.0.1/33"},
                                  {"podrun.io/ips", "10.0.0.1/2x"},
                                  {"podrun.io/ips", ","},
                                  {"podrun.io/mac", "nonsense"},
                                  {"podrun.io/mac", "c2:11:22:33:44"}}) {
    pod.who.annotations = {{name, bad}};
    const auto plan = network_plan(chosen_of(), pod, true);
    ASSERT_FALSE(plan) << bad;
    EXPECT_THAT(plan.error().what, HasSubstr(std::string("metadata.annotations[") + name + "]"));
  }
}

}  // namespace
}  // namespace podrun
