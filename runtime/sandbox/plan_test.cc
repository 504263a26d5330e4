#include "runtime/sandbox/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

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

HostFacts facts_of() {
  HostFacts facts;
  facts.id = kId;
  facts.uid = "11111111-2222-4333-8444-555555555555";
  facts.hostname = "machine";
  facts.cgroup.mode = CgroupHost::Mode::v2;
  facts.cgroup.unified = "/sys/fs/cgroup";
  ImageFacts image;
  image.image.layers.paths = {"/srv/root"};
  image.passwd = "root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n";
  image.group = "root:x:0:\nextra:x:44:app\n";
  facts.images = {image};
  return facts;
}

const Layout kLayout{Directories{}};

PodPlan plan_of(const PodSpec& spec, const HostFacts& facts = facts_of()) {
  auto plan = make_plan(spec, facts, kLayout);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().what);
  return plan ? std::move(plan).value() : PodPlan{};
}

const ProcessSettings& settings_of(const PodPlan& plan) { return plan.containers.at(0).record.settings; }

TEST(PlanNamespaces, AllSevenAreNewByDefault) {
  const PodPlan plan = plan_of(spec_of());
  EXPECT_EQ(plan.pause_namespaces,
            static_cast<std::uint64_t>(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                                       CLONE_NEWNET | CLONE_NEWCGROUP));
  EXPECT_EQ(plan.join,
            static_cast<std::uint64_t>(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET));
  EXPECT_EQ(plan.fresh, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP));
}

TEST(PlanRecord, HasTheManifestsUidOrOneThatWasMadeUp) {
  PodSpec spec = spec_of();
  EXPECT_EQ(plan_of(spec).record.uid, facts_of().uid);
  spec.uid = "1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11";
  EXPECT_EQ(plan_of(spec).record.uid, spec.uid);
}

TEST(PlanNamespaces, ASharedPidNamespaceIsJoinedAndNotMadeAnew) {
  PodSpec spec = spec_of();
  spec.share_process_namespace = true;
  const PodPlan plan = plan_of(spec);
  EXPECT_TRUE(plan.join & CLONE_NEWPID);
  EXPECT_FALSE(plan.fresh & CLONE_NEWPID);
}

TEST(PlanNamespaces, TheHostsAreNeitherMadeNorJoined) {
  PodSpec spec = spec_of();
  spec.host_network = spec.host_pid = spec.host_ipc = spec.host_users = true;
  const PodPlan plan = plan_of(spec);
  EXPECT_EQ(plan.pause_namespaces, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP));
  EXPECT_EQ(plan.join, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWUTS));
  EXPECT_EQ(plan.fresh, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWCGROUP));
  EXPECT_TRUE(plan.record.netns_path.empty());
  EXPECT_EQ(plan.record.hostname, "machine");
  EXPECT_FALSE(plan.pause.new_user_namespace);
}

TEST(PlanNetns, IsNamedAfterThePodAndOutsideOfDefaultAfterItsNamespaceToo) {
  EXPECT_EQ(plan_of(spec_of()).record.netns_path, "/run/netns/web");
  PodSpec spec = spec_of();
  spec.name_space = "team";
  EXPECT_EQ(plan_of(spec).record.netns_path, "/run/netns/team_web");
}

// Kubernetes' table of how command and args meet entrypoint and cmd.
TEST(PlanCommand, FollowsKubernetes) {
  const auto command = [](std::vector<std::string> command_field, std::vector<std::string> args) {
    PodSpec spec = spec_of();
    spec.containers[0].command = std::move(command_field);
    spec.containers[0].args = std::move(args);
    HostFacts facts = facts_of();
    facts.images[0].image.config.entrypoint = {"/entry"};
    facts.images[0].image.config.cmd = {"cmd"};
    return settings_of(plan_of(spec, facts)).args;
  };
  EXPECT_THAT(command({}, {}), ElementsAre("/entry", "cmd"));
  EXPECT_THAT(command({"/own"}, {}), ElementsAre("/own"));
  EXPECT_THAT(command({}, {"arg"}), ElementsAre("/entry", "arg"));
  EXPECT_THAT(command({"/own"}, {"arg"}), ElementsAre("/own", "arg"));
}

TEST(PlanCommand, NoneAtAllIsRefused) {
  PodSpec spec = spec_of();
  spec.containers[0].command.clear();
  const auto plan = make_plan(spec, facts_of(), kLayout);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("container 'main': find the command"));
}

TEST(PlanUser, IsTheImagesUnlessTheManifestSaysOtherwise) {
  HostFacts facts = facts_of();
  facts.images[0].image.config.user = "app";
  ProcessSettings settings = settings_of(plan_of(spec_of(), facts));
  EXPECT_EQ(settings.uid, 1000U);
  EXPECT_EQ(settings.gid, 1001U);
  EXPECT_THAT(settings.groups, Contains(44U));
  EXPECT_THAT(settings.env, Contains(Pair("HOME", "/home/app")));

  PodSpec spec = spec_of();
  spec.containers[0].security.run_as_user = 7;
  spec.containers[0].security.run_as_group = 8;
  settings = settings_of(plan_of(spec, facts));
  EXPECT_EQ(settings.uid, 7U);
  EXPECT_EQ(settings.gid, 8U);
}

TEST(PlanUser, RunAsNonRootRefusesRoot) {
  PodSpec spec = spec_of();
  spec.containers[0].security.run_as_non_root = true;
  const auto plan = make_plan(spec, facts_of(), kLayout);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("runAsNonRoot"));
}

TEST(PlanSeccomp, IsTheDefaultProfileUnlessNoneIsAskedFor) {
  PodSpec spec = spec_of();
  EXPECT_TRUE(settings_of(plan_of(spec, facts_of())).seccomp);
  spec.containers[0].security.seccomp = false;
  EXPECT_FALSE(settings_of(plan_of(spec, facts_of())).seccomp);
}

TEST(PlanEnvironment, TheManifestWinsOverTheImageAndPathIsAlwaysThere) {
  HostFacts facts = facts_of();
  facts.images[0].image.config.env = {{"A", "image"}, {"B", "image"}};
  PodSpec spec = spec_of();
  spec.containers[0].env = {{"A", "pod"}};
  const auto env = settings_of(plan_of(spec, facts)).env;
  EXPECT_THAT(env, Contains(Pair("A", "pod")));
  EXPECT_THAT(env, Contains(Pair("B", "image")));
  EXPECT_THAT(env, Contains(Pair("PATH", HasSubstr("/usr/bin"))));
  EXPECT_THAT(env, Contains(Pair("HOSTNAME", "web")));
}

TEST(PlanCapabilities, AnUnknownNameIsRefusedBeforeAnythingIsDone) {
  PodSpec spec = spec_of();
  spec.containers[0].security.add_capabilities = {"FLYING"};
  const auto plan = make_plan(spec, facts_of(), kLayout);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("FLYING"));
}

// What a container sees of cgroup v1 needs a directory of its own; on v2 it is one mount.
TEST(PlanRoot, MountsTheCgroupsThatTheHostHas) {
  const auto targets = [](const PodPlan& plan) {
    std::vector<std::string> found;
    for (const auto& mount : plan.containers.at(0).root.mounts) found.push_back(mount.what + ":" + mount.target);
    return found;
  };
  EXPECT_THAT(targets(plan_of(spec_of())), Contains("cgroup2:/sys/fs/cgroup"));
  HostFacts facts = facts_of();
  facts.cgroup.mode = CgroupHost::Mode::hybrid;
  facts.cgroup.v1 = {{{"memory"}, "/sys/fs/cgroup/memory"}};
  EXPECT_THAT(targets(plan_of(spec_of(), facts)), Contains("cgroup:/sys/fs/cgroup/memory"));
  EXPECT_THAT(targets(plan_of(spec_of(), facts)), Contains(":/sys/fs/cgroup"));
}

// With less than all of a hierarchy's controllers the kernel would look for another hierarchy, and find none.
TEST(PlanRoot, MountsAHierarchyWithAllOfItsControllers) {
  HostFacts facts = facts_of();
  facts.cgroup.mode = CgroupHost::Mode::v1;
  facts.cgroup.v1 = {{{"cpu", "cpuacct"}, "/sys/fs/cgroup/cpu,cpuacct"}};
  const PodPlan plan = plan_of(spec_of(), facts);
  const auto& mounts = plan.containers.at(0).root.mounts;
  const auto cpu = std::find_if(mounts.begin(), mounts.end(), [](const auto& mount) { return mount.what == "cgroup"; });
  ASSERT_NE(cpu, mounts.end());
  EXPECT_EQ(cpu->target, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(cpu->options, (mounts::Options{{"cpu", ""}, {"cpuacct", ""}}));
}

TEST(PlanRoot, ThePodsOwnNetworkLetsEverybodyPingAndBindLowPorts) {
  const auto sysctls = [](bool host_network, bool host_users) {
    PodSpec spec = spec_of();
    spec.host_network = host_network;
    spec.host_users = host_users;
    return plan_of(spec).pause.root.sysctls;
  };
  EXPECT_THAT(sysctls(false, false), ElementsAre(Pair("net.ipv4.ping_group_range", "0 65535"),
                                                 Pair("net.ipv4.ip_unprivileged_port_start", "0")));
  EXPECT_THAT(sysctls(false, true), Contains(Pair("net.ipv4.ping_group_range", "0 2147483647")));
  EXPECT_TRUE(sysctls(true, true).empty()) << "the host's network is not ours to change";
  EXPECT_TRUE(plan_of(spec_of()).containers.at(0).root.sysctls.empty());
}

TEST(PlanRoot, TheRootIsTheFirstMountOfAll) {
  const PodPlan plan = plan_of(spec_of());
  EXPECT_EQ(plan.containers.at(0).root.mounts.front().target, "/");
  EXPECT_EQ(plan.pause.root.mounts.front().target, "/");
  EXPECT_TRUE(plan.pause.root.is_read_only);
}

}  // namespace
}  // namespace podrun
