#include "runtime/cri/container_plan.h"

#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>

#include <csignal>

#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/cri/encoding.h"
#include "runtime/cri/pod_plan.h"

namespace podrun::cri {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ContainerPlanTest : public testing::Test {
 protected:
  ContainerPlanTest() {
    pod_.mutable_config()->mutable_metadata()->set_name("web");
    config_.mutable_metadata()->set_name("app");
    config_.mutable_image()->set_image("busybox");
    config_.add_command("/bin/true");
  }

  Result<ContainerPlan> plan() {
    PodSurroundings around{.id = std::string(64, 'a'), .machine = {}, .network = ""};
    PodRecord pod;
    pod.plan = plan_pod(pod_, std::move(around), layout_).value_or({});
    ContainerFacts facts;
    facts.image.layers.paths = {"/layer"};
    facts.image.config.user = image_user_;
    facts.passwd = "root:x:0:0::/root:\nwww:x:33:34::/srv:\n";
    facts.group = "root:x:0:\nweb:x:40:www\n";
    return plan_container(config_, {.pod = pod,
                                    .pod_config = pod_.config(),
                                    .siblings = siblings_,
                                    .facts = std::move(facts),
                                    .machine = machine_,
                                    .layout = layout_,
                                    .images = "/nowhere"});
  }
  std::string error() {
    const auto planned = plan();
    return planned ? "" : planned.error().what;
  }
  api::LinuxContainerSecurityContext* security() { return config_.mutable_linux()->mutable_security_context(); }

  static const MountPlan* at(const ContainerPlan& plan, const std::string& target) {
    for (const MountPlan& row : plan.mounts)
      if (row.target == target) return &row;
    return nullptr;
  }

  Layout layout_{Directories{}};
  api::RunPodSandboxRequest pod_;
  api::ContainerConfig config_;
  std::string image_user_;
  MachineFacts machine_;
  std::vector<ContainerRecord> siblings_;
};

TEST_F(ContainerPlanTest, TheConfigurationIsOnRecordAsItCame) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  api::ContainerConfig read;
  ASSERT_TRUE(read.ParseFromString(from_base64(planned->cri)));
  EXPECT_EQ(read.SerializeAsString(), config_.SerializeAsString());
  EXPECT_EQ(planned->key(), "app.0");
}

TEST_F(ContainerPlanTest, WhatIsNoNameOfAFileHasADigestForOne) {
  EXPECT_EQ(file_name_of("web-1"), "web-1");
  for (const char* name : {"", "Web", "../etc", "a.b", "-a", "a/b"})
    EXPECT_THAT(file_name_of(name), testing::MatchesRegex("c-[0-9a-f]{32}")) << name;
  EXPECT_NE(file_name_of("A"), file_name_of("B"));
}

TEST_F(ContainerPlanTest, ItsLogIsWhereThePodSays) {
  EXPECT_THAT(plan()->log_path, HasSubstr("/pods/"));
  config_.set_log_path("app/0.log");
  EXPECT_THAT(plan()->log_path, HasSubstr("/pods/")) << "the pod has no directory of logs";
  pod_.mutable_config()->set_log_directory("/var/log/pods/web");
  EXPECT_EQ(plan()->log_path, "/var/log/pods/web/app/0.log");
}

TEST_F(ContainerPlanTest, ProcessesAreSeenAsFarAsIsAskedFor) {
  EXPECT_TRUE(plan()->join & CLONE_NEWPID) << "the pod's, where nothing is said";
  security()->mutable_namespace_options()->set_pid(api::CONTAINER);
  EXPECT_TRUE(plan()->fresh & CLONE_NEWPID);
  EXPECT_FALSE(plan()->join & CLONE_NEWPID);
  security()->mutable_namespace_options()->set_pid(api::NODE);
  EXPECT_THAT(error(), HasSubstr("namespace_options.pid"));
  security()->mutable_namespace_options()->set_pid(api::TARGET);
  security()->mutable_namespace_options()->set_target_id(std::string(64, 'b'));
  EXPECT_THAT(error(), HasSubstr("target_id"));
  ContainerRecord sibling;
  sibling.plan.id = std::string(64, 'b');
  sibling.plan.name = "db";
  siblings_ = {sibling};
  const auto planned = plan();
  EXPECT_EQ(planned->target, "db");
  EXPECT_FALSE((planned->fresh | planned->join) & CLONE_NEWPID);
}

TEST_F(ContainerPlanTest, TheUserIsTheImagesUnlessOneIsNamed) {
  image_user_ = "www";
  auto planned = plan();
  EXPECT_EQ(planned->process.uid, 33U);
  EXPECT_EQ(planned->process.gid, 34U);
  EXPECT_THAT(planned->process.groups, ElementsAre(34U, 40U)) << "its own among them";
  security()->add_supplemental_groups(50);
  security()->set_supplemental_groups_policy(api::Strict);
  EXPECT_THAT(plan()->process.groups, ElementsAre(34U, 50U));
  security()->mutable_run_as_user()->set_value(7);
  EXPECT_EQ(plan()->process.uid, 7U);
  security()->clear_run_as_user();
  security()->set_run_as_username("nobody-here");
  EXPECT_THAT(error(), HasSubstr("nobody-here"));
  security()->clear_run_as_username();
  security()->mutable_run_as_group()->set_value(7);
  EXPECT_THAT(error(), HasSubstr("run_as_group"));
}

TEST_F(ContainerPlanTest, CapabilitiesAreAddedThenDroppedAndAmbientOnesAreBoth) {
  auto* asked = security()->mutable_capabilities();
  asked->add_drop_capabilities("ALL");
  EXPECT_EQ(plan()->process.capabilities, 0U);
  asked->add_add_ambient_capabilities("CAP_NET_BIND_SERVICE");
  const auto planned = plan();
  EXPECT_EQ(planned->process.capabilities, std::uint64_t{1} << CAP_NET_BIND_SERVICE);
  EXPECT_EQ(planned->process.ambient, planned->process.capabilities);
}

TEST_F(ContainerPlanTest, PrivilegedIsForPodsThatAre) {
  security()->set_privileged(true);
  EXPECT_THAT(error(), HasSubstr("privileged"));
  pod_.mutable_config()->mutable_linux()->mutable_security_context()->set_privileged(true);
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_FALSE(planned->process.seccomp);
  EXPECT_EQ(planned->devices, DeviceAccess::all);
  EXPECT_TRUE(planned->masked.empty());
}

TEST_F(ContainerPlanTest, AppArmorIsOursWhereItIsLoadedAndNothingElseIsSaid) {
  machine_.apparmor = {.is_enabled = true, .profiles = {{"podrun-default", "strict"}}};
  const auto profile = [this] {
    const auto planned = plan();
    return planned ? planned->process.apparmor_profile : planned.error().what;
  };
  EXPECT_EQ(profile(), "podrun-default");
  auto* asked = security()->mutable_apparmor();
  asked->set_profile_type(api::SecurityProfile::RuntimeDefault);
  EXPECT_EQ(profile(), "podrun-default");
  asked->set_profile_type(api::SecurityProfile::Unconfined);
  EXPECT_EQ(profile(), "");
  asked->set_profile_type(api::SecurityProfile::Localhost);
  EXPECT_THAT(profile(), HasSubstr("security_context.apparmor: is missing"));
  for (const char* name : {"strict", "localhost/strict"}) {
    asked->set_localhost_ref(name);
    EXPECT_EQ(profile(), "strict");
  }
  asked->set_localhost_ref("lax");
  EXPECT_THAT(profile(), HasSubstr("security_context.apparmor: AppArmor profile 'lax' is not loaded"));
  asked->set_localhost_ref("strict//&unconfined");
  EXPECT_THAT(profile(), HasSubstr("not the name of one profile"));
  security()->set_privileged(true);
  pod_.mutable_config()->mutable_linux()->mutable_security_context()->set_privileged(true);
  EXPECT_EQ(profile(), "");
}

TEST_F(ContainerPlanTest, TheStringForAppArmorIsReadWhereThereIsNoMessage) {
  machine_.apparmor = {.is_enabled = true, .profiles = {{"podrun-default", "strict"}}};
  for (const auto& [text, name] : {std::pair("", "podrun-default"),
                                   {"runtime/default", "podrun-default"},
                                   {"unconfined", ""},
                                   {"localhost/strict", "strict"}}) {
    security()->set_apparmor_profile(text);
    EXPECT_EQ(plan()->process.apparmor_profile, name) << text;
  }
  security()->set_apparmor_profile("strict");
  EXPECT_THAT(error(), HasSubstr("apparmor_profile: 'strict' is no profile"));
  security()->mutable_apparmor()->set_profile_type(api::SecurityProfile::Unconfined);
  EXPECT_EQ(plan()->process.apparmor_profile, "");
}

TEST_F(ContainerPlanTest, WithoutAppArmorOneThatIsNamedIsAnErrorAndTheDefaultIsNone) {
  auto* asked = security()->mutable_apparmor();
  asked->set_profile_type(api::SecurityProfile::RuntimeDefault);
  ASSERT_EQ(error(), "");
  EXPECT_EQ(plan()->process.apparmor_profile, "");
  asked->set_profile_type(api::SecurityProfile::Localhost);
  asked->set_localhost_ref("strict");
  EXPECT_THAT(error(), HasSubstr("this kernel has no AppArmor"));
}

TEST_F(ContainerPlanTest, SeccompIsUnconfinedWhereNothingIsSaid) {
  EXPECT_FALSE(plan()->process.seccomp);
  security()->mutable_seccomp()->set_profile_type(api::SecurityProfile::RuntimeDefault);
  EXPECT_TRUE(plan()->process.seccomp);
  security()->mutable_seccomp()->set_profile_type(api::SecurityProfile::Localhost);
  EXPECT_THAT(error(), HasSubstr("absolute path"));
  security()->mutable_seccomp()->set_localhost_ref("/no/such/profile");
  EXPECT_THAT(error(), HasSubstr("/no/such/profile"));
  security()->clear_seccomp();
  security()->set_seccomp_profile_path("runtime/default");
  EXPECT_TRUE(plan()->process.seccomp);
}

TEST_F(ContainerPlanTest, PathsThatAreGivenReplaceThoseThatAreMasked) {
  EXPECT_THAT(plan()->masked, Contains("/proc/kcore"));
  security()->add_masked_paths("/etc/secret");
  EXPECT_THAT(plan()->masked, ElementsAre("/etc/secret"));
}

TEST_F(ContainerPlanTest, MountsTakeThePlaceOfWhatIsThereByItself) {
  const base::TempDir dir;
  auto* mount = config_.add_mounts();
  mount->set_container_path("/etc/hosts");
  mount->set_host_path(dir.path());
  mount->set_readonly(true);
  mount->add_mount_options("noexec");
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  const MountPlan* row = at(*planned, "/etc/hosts");
  ASSERT_NE(row, nullptr);
  ASSERT_TRUE(std::holds_alternative<HostPath>(row->source));
  EXPECT_EQ(std::get<HostPath>(row->source).attributes, std::uint64_t{MOUNT_ATTR_NOEXEC});
  EXPECT_TRUE(row->read_only);
  EXPECT_FALSE(row->is_recursive);
  mount->add_mount_options("bind");
  EXPECT_THAT(error(), HasSubstr("mount_options"));
  mount->clear_mount_options();
  mount->set_host_path(dir.path() + "/missing");
  EXPECT_THAT(error(), HasSubstr("missing"));
}

TEST_F(ContainerPlanTest, RecursiveReadOnlyNeedsReadOnlyAndNoPropagation) {
  const base::TempDir dir;
  auto* mount = config_.add_mounts();
  mount->set_container_path("/data");
  mount->set_host_path(dir.path());
  mount->set_recursive_read_only(true);
  EXPECT_THAT(error(), HasSubstr("recursive_read_only"));
  mount->set_readonly(true);
  EXPECT_EQ(error(), "");
  mount->set_propagation(api::PROPAGATION_HOST_TO_CONTAINER);
  EXPECT_THAT(error(), HasSubstr("recursive_read_only"));
}

TEST_F(ContainerPlanTest, AnImageIsMountedReadOnlyAndItsErrorsAreKnownByTheirFirstWord) {
  auto* mount = config_.add_mounts();
  mount->set_container_path("/data");
  mount->mutable_image()->set_image("busybox");
  EXPECT_THAT(error(), testing::StartsWith("ImageVolumeMountFailed: "));
  EXPECT_THAT(error(), HasSubstr("readonly"));
  mount->set_readonly(true);
  EXPECT_THAT(error(), testing::StartsWith("ImageVolumeMountFailed: "));
  EXPECT_THAT(error(), Not(HasSubstr("readonly")));
}

TEST_F(ContainerPlanTest, LimitsAreThoseThatAreSaid) {
  auto* asked = config_.mutable_linux()->mutable_resources();
  asked->set_memory_limit_in_bytes(1 << 20);
  asked->set_cpu_quota(50'000);
  asked->set_cpu_period(100'000);
  asked->set_cpu_shares(512);
  asked->set_oom_score_adj(-5);
  const auto planned = plan();
  EXPECT_EQ(planned->limits.memory_bytes, std::uint64_t{1} << 20U);
  EXPECT_EQ(planned->limits.cpu_millis, 500U);
  EXPECT_EQ(planned->limits.cpu_weight, 500U);
  EXPECT_EQ(planned->oom_score_adj, -5);
}

TEST_F(ContainerPlanTest, LimitsThatAreFilesAreNamedAsCgroupV2HasThem) {
  auto* asked = config_.mutable_linux()->mutable_resources();
  asked->set_cpuset_cpus("0-1,3");
  asked->set_cpuset_mems("0");
  for (const auto& [size, limit] : {std::pair("2MB", 4U << 20U), std::pair("1GB", 0U)}) {
    auto* pages = asked->add_hugepage_limits();
    pages->set_page_size(size);
    pages->set_limit(limit);
  }
  (*asked->mutable_unified())["memory.high"] = "max";
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_THAT(planned->limits.files,
              ElementsAre(testing::Pair("cpuset.cpus", "0-1,3"), testing::Pair("cpuset.mems", "0"),
                          testing::Pair("hugetlb.2MB.max", "4194304")));
  EXPECT_THAT(planned->limits.unified_files, ElementsAre(testing::Pair("memory.high", "max")));
}

TEST_F(ContainerPlanTest, WhatIsNoFileOfAControllerIsNoLimit) {
  auto* asked = config_.mutable_linux()->mutable_resources();
  asked->set_cpuset_mems("all");
  EXPECT_THAT(error(), HasSubstr("resources.cpuset_mems: 'all'"));
  asked->clear_cpuset_mems();
  for (const char* name : {"cgroup.procs", "cgroup.kill", "../memory.max", "memory", "memory.", ".max", "", "a/b.c"}) {
    asked->mutable_unified()->clear();
    (*asked->mutable_unified())[name] = "1";
    EXPECT_THAT(error(), HasSubstr("resources.unified: '" + std::string(name) + "'"));
  }
  asked->mutable_unified()->clear();
  auto* pages = asked->add_hugepage_limits();
  pages->set_page_size("2MB/../x");
  pages->set_limit(1);
  EXPECT_THAT(error(), HasSubstr("resources.hugepage_limits"));
}

TEST_F(ContainerPlanTest, AControllerThatTheMachineLacksIsToldBeforeThereIsAContainer) {
  machine_.cgroup.mode = CgroupHost::Mode::hybrid;
  machine_.cgroup.v1 = {{{"memory"}, "/sys/fs/cgroup/memory"}};
  auto* asked = config_.mutable_linux()->mutable_resources();
  asked->set_memory_limit_in_bytes(1 << 20);
  EXPECT_TRUE(plan());
  asked->set_cpuset_cpus("0");
  EXPECT_THAT(error(), HasSubstr("no cgroup v1 controller 'cpuset'"));
  asked->clear_cpuset_cpus();
  auto* pages = asked->add_hugepage_limits();
  pages->set_page_size("2MB");
  EXPECT_TRUE(plan()) << "0 is not said";
  pages->set_limit(1);
  EXPECT_THAT(error(), HasSubstr("no cgroup v1 controller 'hugetlb'"));
}

TEST_F(ContainerPlanTest, DevicesOfADirectoryAreAllInIt) {
  auto* device = config_.add_devices();
  device->set_host_path("/dev/null");
  device->set_container_path("/dev/also-null");
  device->set_permissions("rw");
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().what;
  ASSERT_EQ(planned->device_nodes.size(), 1U);
  EXPECT_EQ(planned->device_nodes[0].path, "/dev/also-null");
  EXPECT_EQ(planned->device_nodes[0].rule.major, 1U);
  EXPECT_EQ(planned->device_nodes[0].rule.minor, 3U);
  EXPECT_FALSE(planned->device_nodes[0].rule.make);
  device->set_container_path("/elsewhere");
  EXPECT_THAT(error(), HasSubstr("/elsewhere"));
  device->set_container_path("/dev/x");
  device->set_host_path("/etc/passwd");
  EXPECT_THAT(error(), HasSubstr("no device"));
}

TEST(Signals, ComeBackAsTheyWent) {
  EXPECT_EQ(number_of(api::SIGNAL_RUNTIME_DEFAULT), 0);
  EXPECT_EQ(number_of(api::SIGNAL_SIGTERM), SIGTERM);
  EXPECT_EQ(number_of(api::SIGNAL_SIGRTMINPLUS3), SIGRTMIN + 3);
  for (int value = api::SIGNAL_SIGABRT; value <= api::SIGNAL_SIGRTMAX; ++value) {
    const int number = number_of(static_cast<api::Signal>(value));
    ASSERT_NE(number, 0) << api::Signal_Name(static_cast<api::Signal>(value));
    EXPECT_EQ(number_of(signal_of(number)), number);
  }
}

}  // namespace
}  // namespace podrun::cri
