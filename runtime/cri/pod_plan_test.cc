#include "runtime/cri/pod_plan.h"

#include <gmock/gmock.h>
#include <sched.h>

#include "runtime/cri/encoding.h"

namespace podrun::cri {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

api::RunPodSandboxRequest request_of_pod() {
  api::RunPodSandboxRequest request;
  auto* metadata = request.mutable_config()->mutable_metadata();
  metadata->set_name("web");
  metadata->set_namespace_("shop");
  metadata->set_uid("0815");
  metadata->set_attempt(2);
  request.mutable_config()->set_hostname("web-0");
  return request;
}

api::NamespaceOption* modes_of(api::RunPodSandboxRequest& request) {
  return request.mutable_config()->mutable_linux()->mutable_security_context()->mutable_namespace_options();
}

Result<PodPlan> plan_of(const api::RunPodSandboxRequest& request) {
  PodSurroundings around{.id = std::string(64, 'a'), .machine = {}, .network = ""};
  around.machine.hostname = "node-1";
  return plan_pod(request, std::move(around), Layout({}));
}

std::string error_of(const api::RunPodSandboxRequest& request) {
  const auto plan = plan_of(request);
  return plan ? "" : plan.error().what;
}

TEST(PodPlan, APodHasItsNameAndItsAttemptReservesAKey) {
  const auto plan = plan_of(request_of_pod());
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_EQ(plan->who.name, "web");
  EXPECT_EQ(plan->who.name_space, "shop");
  EXPECT_EQ(plan->who.reserved(), std::pair(std::string("cri"), key_of(request_of_pod().config().metadata())));
  EXPECT_EQ(plan->hostname, "web-0");
  EXPECT_EQ(plan->cgroup_path, "/podrun-" + std::string(64, 'a'));
}

TEST(PodPlan, EachPartOfTheIdentityMakesAnotherKey) {
  const api::PodSandboxMetadata one = request_of_pod().config().metadata();
  std::set<std::string> keys{key_of(one)};
  for (int part = 0; part < 4; ++part) {
    api::PodSandboxMetadata other = one;
    if (part == 0) other.set_name("web2");
    if (part == 1) other.set_namespace_("shop2");
    if (part == 2) other.set_uid("0816");
    if (part == 3) other.set_attempt(3);
    keys.insert(key_of(other));
  }
  EXPECT_EQ(keys.size(), 5U);
}

TEST(PodPlan, TheRequestIsOnRecordAsItCame) {
  auto request = request_of_pod();
  (*request.mutable_config()->mutable_annotations())["a"] = "b";
  api::RunPodSandboxRequest read;
  ASSERT_TRUE(read.ParseFromString(from_base64(plan_of(request)->who.cri)));
  EXPECT_EQ(read.SerializeAsString(), request.SerializeAsString());
}

// pid has the values POD = 0, CONTAINER = 1, NODE = 2.
TEST(PodPlan, NamespacesAreThoseThatAreAskedFor) {
  auto request = request_of_pod();
  auto plan = plan_of(request);
  EXPECT_TRUE(plan->namespaces.host_users);
  EXPECT_TRUE(plan->namespaces.join & CLONE_NEWPID) << "POD, where nothing is said";
  EXPECT_TRUE(plan->namespaces.pause & CLONE_NEWNET);
  modes_of(request)->set_network(api::NODE);
  modes_of(request)->set_pid(api::CONTAINER);
  modes_of(request)->set_ipc(api::NODE);
  plan = plan_of(request);
  EXPECT_TRUE(plan->namespaces.host_network);
  EXPECT_FALSE(plan->namespaces.pause & (CLONE_NEWNET | CLONE_NEWIPC));
  EXPECT_TRUE(plan->namespaces.fresh & CLONE_NEWPID);
  EXPECT_EQ(plan->netns_path, "");
}

TEST(PodPlan, AUserNamespaceHasOneMappingThatBeginsWithRoot) {
  auto request = request_of_pod();
  auto* users = modes_of(request)->mutable_userns_options();
  users->set_mode(api::POD);
  EXPECT_THAT(error_of(request), HasSubstr("one mapping"));
  for (auto* mapping : {users->add_uids(), users->add_gids()}) {
    mapping->set_host_id(1000);
    mapping->set_length(100000);
  }
  const auto plan = plan_of(request);
  ASSERT_TRUE(plan) << plan.error().what;
  ASSERT_TRUE(plan->ids);
  EXPECT_EQ(plan->ids->base, 1000U);
  EXPECT_EQ(plan->ids->count, 100000U);
  EXPECT_FALSE(plan->namespaces.host_users);
  users->mutable_uids(0)->set_container_id(1);
  EXPECT_THAT(error_of(request), HasSubstr("begin with id 0"));
  users->mutable_uids(0)->set_container_id(0);
  users->mutable_gids(0)->set_host_id(2000);
  EXPECT_THAT(error_of(request), HasSubstr("the same"));
  users->mutable_gids(0)->set_host_id(1000);
  modes_of(request)->set_network(api::NODE);
  EXPECT_THAT(error_of(request), HasSubstr("of its own"));
  users->set_mode(api::CONTAINER);
  EXPECT_THAT(error_of(request), HasSubstr("POD or NODE"));
}

TEST(PodPlan, SysctlsHaveToBeOfANamespaceOfThePod) {
  auto request = request_of_pod();
  auto& sysctls = *request.mutable_config()->mutable_linux()->mutable_sysctls();
  sysctls["kernel.shm_rmid_forced"] = "1";
  sysctls["net.ipv4.tcp_syncookies"] = "0";
  EXPECT_EQ(error_of(request), "");
  modes_of(request)->set_ipc(api::NODE);
  EXPECT_THAT(error_of(request), HasSubstr("kernel.shm_rmid_forced"));
  sysctls.erase("kernel.shm_rmid_forced");
  EXPECT_EQ(error_of(request), "");
  sysctls["vm.swappiness"] = "1";
  EXPECT_THAT(error_of(request), HasSubstr("vm.swappiness"));
}

TEST(PodPlan, PortsOfTheHostAreThoseThatAreNotZero) {
  auto request = request_of_pod();
  auto* port = request.mutable_config()->add_port_mappings();
  port->set_container_port(80);
  EXPECT_THAT(plan_of(request)->host_ports, IsEmpty());
  port->set_host_port(8080);
  port->set_protocol(api::UDP);
  port->set_host_ip("0.0.0.0");
  const auto plan = plan_of(request);
  ASSERT_EQ(plan->host_ports.size(), 1U);
  EXPECT_EQ(plan->host_ports[0].protocol, "udp");
  EXPECT_EQ(plan->host_ports[0].host_ip, "") << "every address";
  port->set_host_port(70000);
  EXPECT_THAT(error_of(request), HasSubstr("65535"));
}

TEST(PodPlan, ASliceIsBelowThoseItIsNamedAfter) {
  auto request = request_of_pod();
  request.mutable_config()->mutable_linux()->set_cgroup_parent("kubepods-burstable-pod12.slice");
  EXPECT_THAT(plan_of(request)->cgroup_path,
              testing::StartsWith("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/podrun-"));
  request.mutable_config()->mutable_linux()->set_cgroup_parent("/kubepods/pod12");
  EXPECT_THAT(plan_of(request)->cgroup_path, testing::StartsWith("/kubepods/pod12/podrun-"));
}

TEST(PodPlan, DnsReplacesTheHostsWhereThereIsAny) {
  auto request = request_of_pod();
  EXPECT_FALSE(plan_of(request)->etc.dns.is_all);
  request.mutable_config()->mutable_dns_config()->add_servers("10.0.0.10");
  const auto plan = plan_of(request);
  EXPECT_TRUE(plan->etc.dns.is_all);
  EXPECT_THAT(plan->etc.dns.nameservers, ElementsAre("10.0.0.10"));
}

TEST(PodPlan, WithoutANameOrWithAGroupAloneItIsRefused) {
  auto request = request_of_pod();
  request.mutable_config()->mutable_linux()->mutable_security_context()->mutable_run_as_group()->set_value(5);
  EXPECT_THAT(error_of(request), HasSubstr("run_as_group"));
  request.mutable_config()->mutable_linux()->mutable_security_context()->mutable_run_as_user()->set_value(5);
  EXPECT_EQ(error_of(request), "");
  request.mutable_config()->mutable_metadata()->clear_name();
  EXPECT_THAT(error_of(request), HasSubstr("metadata.name"));
}

}  // namespace
}  // namespace podrun::cri
