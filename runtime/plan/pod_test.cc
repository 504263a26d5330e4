#include "runtime/plan/pod.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <csignal>

#include "runtime/plan/annotations.h"
#include "runtime/plan/root.h"

namespace podrun {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string kId(64, 'a');

PodSpec spec_of(const std::string& name = "web") {
  PodSpec spec;
  spec.name = spec.hostname = name;
  ContainerSpec container;
  container.name = "main";
  container.image = "rootfs:/srv/root";
  container.command = {"/bin/server"};
  spec.containers = {container};
  return spec;
}

PodFacts facts_of() {
  PodFacts facts;
  facts.id = kId;
  facts.uid = "11111111-2222-4333-8444-555555555555";
  facts.machine.hostname = "machine";
  facts.machine.cgroup.mode = CgroupHost::Mode::v2;
  facts.machine.cgroup.unified = "/sys/fs/cgroup";
  ContainerFacts image;
  image.image.layers.paths = {"/srv/root"};
  image.passwd = "root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n";
  image.group = "root:x:0:\nextra:x:44:app\n";
  facts.containers = {image};
  return facts;
}

const Layout kLayoutOfPod{Directories{}};

NewPod plan_of(const PodSpec& spec, const PodFacts& facts = facts_of()) {
  auto plan = make_plan(spec, facts, kLayoutOfPod);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().what);
  return plan ? std::move(plan).value() : NewPod{};
}

const Process& process_of(const NewPod& pod) { return pod.containers.at(0).plan.process; }

TEST(PlanNamespaces, AllSevenAreNewByDefault) {
  const NewPod pod = plan_of(spec_of());
  EXPECT_EQ(pod.plan.namespaces.pause,
            static_cast<std::uint64_t>(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                                       CLONE_NEWNET | CLONE_NEWCGROUP));
  EXPECT_EQ(pod.plan.namespaces.join,
            static_cast<std::uint64_t>(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET));
  EXPECT_EQ(pod.plan.namespaces.fresh, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP));
}

TEST(PlanRecord, HasTheManifestsUidOrOneThatWasMadeUp) {
  PodSpec spec = spec_of();
  EXPECT_EQ(plan_of(spec).plan.who.uid, facts_of().uid);
  spec.uid = "1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11";
  EXPECT_EQ(plan_of(spec).plan.who.uid, spec.uid);
}

TEST(PlanRecord, HasThatThePodIsRemovedAtItsEnd) {
  PodSpec spec = spec_of();
  EXPECT_FALSE(plan_of(spec).plan.removed_at_end);
  spec.annotations[annotations::kRemoveAtEnd] = "true";
  EXPECT_TRUE(plan_of(spec).plan.removed_at_end);
  spec.annotations[annotations::kRemoveAtEnd] = "false";
  EXPECT_FALSE(plan_of(spec).plan.removed_at_end);
  spec.annotations[annotations::kRemoveAtEnd] = "yes";
  const auto refused = make_plan(spec, facts_of(), kLayoutOfPod);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what,
              testing::HasSubstr("metadata.annotations[podrun.io/remove-at-end]: expected true or false"));
}

TEST(PlanNamespaces, ASharedPidNamespaceIsJoinedAndNotMadeAnew) {
  PodSpec spec = spec_of();
  spec.share_process_namespace = true;
  const NewPod pod = plan_of(spec);
  EXPECT_TRUE(pod.plan.namespaces.join & CLONE_NEWPID);
  EXPECT_FALSE(pod.plan.namespaces.fresh & CLONE_NEWPID);
}

TEST(PlanNamespaces, TheHostsAreNeitherMadeNorJoined) {
  PodSpec spec = spec_of();
  spec.host_network = spec.host_pid = spec.host_ipc = spec.host_users = true;
  const NewPod pod = plan_of(spec);
  EXPECT_EQ(pod.plan.namespaces.pause, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP));
  EXPECT_EQ(pod.plan.namespaces.join, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWUTS));
  EXPECT_EQ(pod.plan.namespaces.fresh, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWCGROUP));
  EXPECT_TRUE(pod.plan.netns_path.empty());
  EXPECT_EQ(pod.plan.hostname, "machine");
  EXPECT_TRUE(pod.plan.namespaces.host_users);
}

TEST(PlanNetns, IsNamedAfterThePodAndOutsideOfDefaultAfterItsNamespaceToo) {
  EXPECT_EQ(plan_of(spec_of()).plan.netns_path, "/run/netns/web");
  PodSpec spec = spec_of();
  spec.name_space = "team";
  EXPECT_EQ(plan_of(spec).plan.netns_path, "/run/netns/team_web");
}

// Kubernetes' table of how command and args meet entrypoint and cmd.
TEST(PlanCommand, FollowsKubernetes) {
  const auto command = [](std::vector<std::string> command_field, std::vector<std::string> args) {
    PodSpec spec = spec_of();
    spec.containers[0].command = std::move(command_field);
    spec.containers[0].args = std::move(args);
    PodFacts facts = facts_of();
    facts.containers[0].image.config.entrypoint = {"/entry"};
    facts.containers[0].image.config.cmd = {"cmd"};
    return process_of(plan_of(spec, facts)).args;
  };
  EXPECT_THAT(command({}, {}), ElementsAre("/entry", "cmd"));
  EXPECT_THAT(command({"/own"}, {}), ElementsAre("/own"));
  EXPECT_THAT(command({}, {"arg"}), ElementsAre("/entry", "arg"));
  EXPECT_THAT(command({"/own"}, {"arg"}), ElementsAre("/own", "arg"));
}

TEST(PlanCommand, NoneAtAllIsRefused) {
  PodSpec spec = spec_of();
  spec.containers[0].command.clear();
  const auto plan = make_plan(spec, facts_of(), kLayoutOfPod);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("container 'main': find the command"));
}

TEST(PlanUser, IsTheImagesUnlessTheManifestSaysOtherwise) {
  PodFacts facts = facts_of();
  facts.containers[0].image.config.user = "app";
  Process process = process_of(plan_of(spec_of(), facts));
  EXPECT_EQ(process.uid, 1000U);
  EXPECT_EQ(process.gid, 1001U);
  EXPECT_THAT(process.groups, Contains(44U));
  EXPECT_THAT(process.env, Contains(Pair("HOME", "/home/app")));

  PodSpec spec = spec_of();
  spec.containers[0].security.run_as_user = 7;
  spec.containers[0].security.run_as_group = 8;
  process = process_of(plan_of(spec, facts));
  EXPECT_EQ(process.uid, 7U);
  EXPECT_EQ(process.gid, 8U);
}

TEST(PlanUser, RunAsNonRootRefusesRoot) {
  PodSpec spec = spec_of();
  spec.containers[0].security.run_as_non_root = true;
  const auto plan = make_plan(spec, facts_of(), kLayoutOfPod);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("runAsNonRoot"));
}

TEST(PlanSeccomp, IsTheDefaultProfileUnlessNoneIsAskedFor) {
  PodSpec spec = spec_of();
  EXPECT_TRUE(process_of(plan_of(spec, facts_of())).seccomp);
  spec.containers[0].security.seccomp = false;
  EXPECT_FALSE(process_of(plan_of(spec, facts_of())).seccomp);
}

TEST(PlanAppArmorProfile, IsOnRecordWithTheProcess) {
  PodFacts facts = facts_of();
  facts.containers[0].apparmor_profile = "strict";
  EXPECT_EQ(process_of(plan_of(spec_of(), facts)).apparmor_profile, "strict");
}

TEST(PlanEnvironment, TheManifestWinsOverTheImageAndPathIsAlwaysThere) {
  PodFacts facts = facts_of();
  facts.containers[0].image.config.env = {{"A", "image"}, {"B", "image"}};
  PodSpec spec = spec_of();
  spec.containers[0].env = {{"A", "pod"}};
  const auto env = process_of(plan_of(spec, facts)).env;
  EXPECT_THAT(env, Contains(Pair("A", "pod")));
  EXPECT_THAT(env, Contains(Pair("B", "image")));
  EXPECT_THAT(env, Contains(Pair("PATH", HasSubstr("/usr/bin"))));
  EXPECT_THAT(env, Contains(Pair("HOSTNAME", "web")));
}

TEST(PlanCapabilities, AnUnknownNameIsRefusedBeforeAnythingIsDone) {
  PodSpec spec = spec_of();
  spec.containers[0].security.add_capabilities = {"FLYING"};
  const auto plan = make_plan(spec, facts_of(), kLayoutOfPod);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("FLYING"));
}

std::vector<MountPlan> mounts_of(const NewPod& pod) { return pod.containers.at(0).plan.mounts; }

const MountPlan* mount_at(const std::vector<MountPlan>& mounts, const std::string& target) {
  for (const auto& mount : mounts)
    if (mount.target == target) return &mount;
  return nullptr;
}

std::string filesystem_at(const std::vector<MountPlan>& mounts, const std::string& target) {
  const MountPlan* mount = mount_at(mounts, target);
  const auto* filesystem = mount == nullptr ? nullptr : std::get_if<Filesystem>(&mount->source);
  return filesystem == nullptr ? "" : filesystem->type;
}

// What a container sees of cgroup v1 needs a directory of its own; on v2 it is one mount.
TEST(PlanRoot, MountsTheCgroupsThatTheHostHas) {
  EXPECT_EQ(filesystem_at(mounts_of(plan_of(spec_of())), "/sys/fs/cgroup"), "cgroup2");
  PodFacts facts = facts_of();
  facts.machine.cgroup.mode = CgroupHost::Mode::hybrid;
  facts.machine.cgroup.v1 = {{{"memory"}, "/sys/fs/cgroup/memory"}};
  const auto mounts = mounts_of(plan_of(spec_of(), facts));
  EXPECT_EQ(filesystem_at(mounts, "/sys/fs/cgroup/memory"), "cgroup");
  const MountPlan* dir = mount_at(mounts, "/sys/fs/cgroup");
  ASSERT_NE(dir, nullptr);
  EXPECT_TRUE(std::holds_alternative<CgroupDir>(dir->source));
}

// With less than all of a hierarchy's controllers the kernel would look for another hierarchy, and find none.
TEST(PlanRoot, MountsAHierarchyWithAllOfItsControllers) {
  PodFacts facts = facts_of();
  facts.machine.cgroup.mode = CgroupHost::Mode::v1;
  facts.machine.cgroup.v1 = {{{"cpu", "cpuacct"}, "/sys/fs/cgroup/cpu,cpuacct"}};
  const auto mounts = mounts_of(plan_of(spec_of(), facts));
  const MountPlan* cpu = mount_at(mounts, "/sys/fs/cgroup/cpu,cpuacct");
  ASSERT_NE(cpu, nullptr);
  EXPECT_EQ(std::get<Filesystem>(cpu->source).options, (mounts::Options{{"cpu", ""}, {"cpuacct", ""}}));
}

TEST(PlanRoot, ThePodsOwnNetworkLetsEverybodyPingAndBindLowPorts) {
  const auto sysctls = [](bool host_network, bool host_users) {
    PodSpec spec = spec_of();
    spec.host_network = host_network;
    spec.host_users = host_users;
    return plan_of(spec).plan.sysctls;
  };
  EXPECT_THAT(sysctls(false, false), ElementsAre(Pair("net.ipv4.ping_group_range", "0 65535"),
                                                 Pair("net.ipv4.ip_unprivileged_port_start", "0")));
  EXPECT_THAT(sysctls(false, true), Contains(Pair("net.ipv4.ping_group_range", "0 2147483647")));
  EXPECT_TRUE(sysctls(true, true).empty()) << "the host's network is not ours to change";
}

TEST(PlanPod, SetsSafeSysctlsAndThoseThatAreAllowed) {
  PodSpec spec = spec_of();
  spec.host_network = spec.host_users = true;
  spec.sysctls = {{"kernel.shm_rmid_forced", "1"}, {"kernel.sem", "1 2 3 4"}};
  PodFacts facts = facts_of();
  const auto refused = make_plan(spec, facts, kLayoutOfPod);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::denied);
  EXPECT_THAT(refused.error().what, HasSubstr("'kernel.sem' is not among those that Kubernetes calls safe"));
  for (const char* allowed : {"kernel.sem", "kernel.*", "kernel.s*", "*"}) {
    facts.machine.unsafe_sysctls = {"net.*", allowed};
    EXPECT_EQ(plan_of(spec, facts).plan.sysctls, spec.sysctls) << allowed;
  }
  facts.machine.unsafe_sysctls = {"kernel.se", "ernel.sem", "kernel.sem.*"};
  EXPECT_FALSE(make_plan(spec, facts, kLayoutOfPod));
}

TEST(PlanContainer, PrivilegedWithTheHostsUsersHasTheDevicesOfTheHost) {
  PodSpec spec = spec_of();
  spec.containers.push_back(spec.containers.front());
  spec.containers[1].security.privileged = true;
  spec.containers[1].security.masks_kernel_files = false;
  const auto access = [](const NewPod& pod) {
    return std::pair(pod.containers.at(0).plan.devices, pod.containers.at(1).plan.devices);
  };
  const auto all_nodes = [](const NewPod& pod) {
    return std::get<Dev>(mount_at(pod.containers.at(1).plan.mounts, "/dev")->source).of_host;
  };
  PodFacts facts = facts_of();
  facts.containers.push_back(facts.containers.front());
  const NewPod own = plan_of(spec, facts);
  EXPECT_EQ(access(own), std::pair(DeviceAccess::as_pod, DeviceAccess::as_pod));
  EXPECT_FALSE(own.plan.devices_by_container || all_nodes(own));
  EXPECT_TRUE(own.containers.at(1).plan.masked.empty() && own.containers.at(1).plan.read_only.empty());
  spec.host_users = true;
  const NewPod hosts = plan_of(spec, facts);
  EXPECT_EQ(access(hosts), std::pair(DeviceAccess::common, DeviceAccess::all));
  EXPECT_TRUE(hosts.plan.devices_by_container && all_nodes(hosts));
}

TEST(PlanRoot, TheRootIsTheFirstMountOfAll) {
  EXPECT_EQ(mounts_of(plan_of(spec_of())).front().target, "/");
  EXPECT_FALSE(mounts_of(plan_of(spec_of())).front().read_only);
  EXPECT_EQ(pause_mounts(false).front().target, "/");
  EXPECT_TRUE(pause_mounts(true).front().read_only);
}

TEST(PlanRoot, AReadOnlyOneHasReadOnlyFilesInEtc) {
  PodSpec spec = spec_of();
  spec.containers[0].security.read_only_root = true;
  for (const auto& mount : mounts_of(plan_of(spec)))
    EXPECT_EQ(mount.read_only, mount.target == "/" || mount.target.starts_with("/etc/")) << mount.target;
}

TEST(PlanContainer, HasAKeyOfItsNameAndAttempt) { EXPECT_EQ(plan_of(spec_of()).containers.at(0).plan.key(), "main.0"); }

TEST(PlanContainer, IsAskedToEndByTheManifestsSignalElseTheImages) {
  PodSpec spec = spec_of();
  PodFacts facts = facts_of();
  const auto signal = [&] { return plan_of(spec, facts).containers.at(0).plan.stop_signal; };
  EXPECT_EQ(signal(), SIGTERM);
  facts.containers[0].image.config.stop_signal = "SIGRTMIN+3";
  EXPECT_EQ(signal(), 37);
  spec.containers[0].stop_signal = SIGQUIT;
  EXPECT_EQ(signal(), SIGQUIT);
  spec.containers[0].stop_signal.reset();
  facts.containers[0].image.config.stop_signal = "SIGFOO";
  EXPECT_THAT(
      make_plan(spec, facts, kLayoutOfPod).error().what,
      HasSubstr("container 'main': read the image's StopSignal (lifecycle.stopSignal goes before it): 'SIGFOO'"));
}

TEST(PlanContainer, HasItsRoleItsStreamsAndItsPlaceInThePod) {
  PodSpec spec = spec_of();
  spec.restart = RestartPolicy::on_failure;
  spec.containers.insert(spec.containers.begin(), spec.containers[0]);
  spec.containers[0].name = "first";
  spec.containers[0].role = ContainerRole::sidecar;
  spec.containers[0].has_stdin = spec.containers[0].stdin_once = spec.containers[0].terminal = true;
  PodFacts facts = facts_of();
  facts.containers.push_back(facts.containers[0]);
  const NewPod pod = plan_of(spec, facts);
  EXPECT_EQ(pod.plan.restart, RestartPolicy::on_failure);
  const ContainerPlan& first = pod.containers.at(0).plan;
  EXPECT_EQ(first.role, ContainerRole::sidecar);
  EXPECT_TRUE(first.stdio.has_stdin && first.stdio.stdin_once && first.process.terminal);
  EXPECT_EQ(first.position, 0U);
  EXPECT_EQ(pod.containers.at(1).plan.role, ContainerRole::main);
  EXPECT_EQ(pod.containers.at(1).plan.position, 1U);
}

TEST(PlanPorts, OfAnInitContainerAreNotPublished) {
  PodSpec spec = spec_of();
  PortSpec port;
  port.container_port = port.host_port = 81;
  spec.containers[0].ports = {port};
  spec.containers[0].role = ContainerRole::init;
  EXPECT_TRUE(plan_of(spec).plan.host_ports.empty());
  spec.containers[0].role = ContainerRole::sidecar;
  EXPECT_EQ(plan_of(spec).plan.host_ports.size(), 1U);
}

TEST(PlanPorts, AreThoseThatAreToBePublished) {
  PodSpec spec = spec_of();
  PortSpec inside, published;
  inside.container_port = 80;
  published.container_port = published.host_port = 81;
  spec.containers[0].ports = {inside, published};
  const auto ports = plan_of(spec).plan.host_ports;
  ASSERT_EQ(ports.size(), 1U);
  EXPECT_EQ(ports[0].host_port, 81);
}

}  // namespace
}  // namespace podrun
