// AppArmor profiles of containers. Where the kernel has none, or nobody can load one, this says so.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kSecurityfs = "/sys/kernel/security";

// What a profile of the test's own forbids, which nothing else does.
constexpr const char* kForbidden = "echo x > /denied/file";
constexpr const char* kCurrent = "busybox cat /proc/self/attr/apparmor/current";

Json local(const std::string& profile) { return {{"type", "Localhost"}, {"localhostProfile", profile}}; }

class AppArmorTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (dir().empty() || !can_run({need::apparmor(), need::busybox()})) return;
    for (const char* directory : {"/denied", "/allowed"}) std::filesystem::create_directories(rootfs() + directory);
    profile_ = "podrun-test-" + base::random_hex(4);
    load();
  }
  void TearDown() override {
    PodrunTest::TearDown();
    if (!profile_.empty()) unload();
  }

  // The kernel's, so the whole machine's: by a name that no other test has.
  const std::string& profile() const { return profile_; }
  void load() {
    const std::string file = dir() + "/profile";
    std::ofstream(file) << "abi <abi/3.0>,\nprofile " << profile_
                        << " flags=(attach_disconnected,mediate_deleted) {\n"
                           "  file, network, unix, capability, mount, umount, signal, ptrace,\n"
                           "  deny /denied/** w,\n}\n";
    const Output loaded = run({"apparmor_parser", "--replace", "--skip-cache", file});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
  }
  void unload() {
    Command remove;
    remove.argv = {"apparmor_parser", "--remove"};
    remove.in = "profile " + profile_ + " {}\n";
    run(remove);
  }

  static Json asking(const std::string& name, const Json& asked) {
    Json made = container(
        name, {"/bin/busybox", "sh", "-c",
               std::string(kForbidden) + "; echo x > /allowed/file; " + kCurrent + "; exec /bin/payload sleep"});
    if (!asked.is_null()) made["securityContext"]["appArmorProfile"] = asked;
    return made;
  }
  static Json with_users(Json manifest, bool of_host) {
    if (of_host) manifest["spec"]["hostUsers"] = true;
    return manifest;
  }
  Output sh(const std::string& script, const std::string& of = "main") const {
    return exec("web", {"/bin/busybox", "sh", "-c", script}, {"-c", of});
  }
  // Of its first process, and of an exec.
  void expect_in(const std::string& of, const std::string& confinement) const {
    EXPECT_TRUE(eventually([&] { return logs("web", of).find(confinement + "\n") != std::string::npos; }))
        << of << ": " << logs("web", of);
    EXPECT_EQ(sh(kCurrent, of).out, confinement + "\n") << of;
  }
  void expect_refused(const Output& refused) {
    EXPECT_EQ(refused.status, 6);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("container 'main'"), HasSubstr("'no-such-profile' is not loaded"),
                                   HasSubstr("`apparmor_parser -r FILE`")));
    EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
    expect_world_unchanged();
  }
  void expect_confined(const std::string& of) const {
    expect_in(of, profile_ + " (enforce)");
    EXPECT_THAT(logs("web", of), HasSubstr("/denied/file: Permission denied")) << of;
    EXPECT_THAT(logs("web", of), Not(HasSubstr("/allowed"))) << of;
    EXPECT_THAT(sh(kForbidden, of).err, HasSubstr("Permission denied")) << of;
    EXPECT_EQ(sh("echo x > /allowed/again", of).status, 0) << of;
  }

 private:
  std::string profile_;
};

TEST_F(AppArmorTest, HoldsForAContainerItsExecsAndItsNextAttempts) {
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users ? "the host's users" : "users of its own");
    Json lax = asking("lax", local(profile()));
    lax["securityContext"]["allowPrivilegeEscalation"] = true;
    Json user = asking("user", local(profile()));
    user["securityContext"]["runAsUser"] = 1000;
    for (const char* directory : {"/denied", "/allowed"}) ::chmod((rootfs() + directory).c_str(), 0777);
    const Json manifest = pod("web", {asking("main", local(profile())), lax, user, asking("free", nullptr)});
    ASSERT_TRUE(must_create(with_users(manifest, host_users)));
    for (const char* of : {"main", "lax", "user"}) expect_confined(of);
    EXPECT_EQ(sh(kForbidden, "free").status, 0);
    EXPECT_THAT(podrun({"get", "web", "-o", "yaml"}).out, HasSubstr("localhostProfile: " + profile()));

    ASSERT_EQ(podrun({"restart", "web", "-t", "0"}).status, 0);
    for (const char* of : {"main", "lax", "user"}) expect_confined(of);
    ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
    ASSERT_EQ(podrun({"start", "web"}).status, 0);
    expect_confined("main");
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(AppArmorTest, IsThePodsUnlessTheContainerSaysOtherwiseAndByTheOldAnnotation) {
  Json manifest = pod("web", {asking("main", nullptr), asking("free", {{"type", "Unconfined"}})});
  manifest["spec"]["shareProcessNamespace"] = true;
  manifest["spec"]["securityContext"]["appArmorProfile"] = local(profile());
  ASSERT_TRUE(must_create(manifest));
  expect_confined("main");
  expect_in("free", "unconfined");
  EXPECT_EQ(sh(kForbidden, "free").status, 0);
  EXPECT_EQ(remove("web").status, 0);

  manifest["spec"].erase("securityContext");
  manifest["metadata"]["annotations"]["container.apparmor.security.beta.kubernetes.io/main"] = "localhost/" + profile();
  ASSERT_TRUE(must_create(manifest));
  expect_confined("main");
}

TEST_F(AppArmorTest, PrivilegedIsUnconfined) {
  for (const bool host_users : {false, true}) {
    Json main = asking("main", local(profile()));
    main["securityContext"]["privileged"] = true;
    ASSERT_TRUE(must_create(with_users(pod("web", {main}), host_users)));
    expect_in("main", "unconfined");
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(AppArmorTest, OneThatIsNotLoadedIsOneLineAndNothingIsMade) {
  remember_world();
  expect_refused(create(pod("web", {asking("main", local("no-such-profile"))})));
}

// Then the kernel says so, once the container is on its way.
TEST_F(AppArmorTest, NorWhereNobodyCanSeeWhatIsLoaded) {
  ASSERT_EQ(::umount2(kSecurityfs, MNT_DETACH), 0);
  remember_world();
  for (const bool host_users : {false, true})
    expect_refused(create(with_users(pod("web", {asking("main", local("no-such-profile"))}), host_users)));
  ASSERT_TRUE(must_create(pod("web", {asking("main", local(profile())), asking("free", nullptr)})));
  expect_confined("main");
  expect_in("free", "unconfined");
  const Output told = create(pod("told", {asking("main", {{"type", "RuntimeDefault"}})}));
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(told.err, AllOf(HasSubstr("container 'main'"), HasSubstr("securityfs is not mounted")));
  ASSERT_EQ(::mount("securityfs", kSecurityfs, "securityfs", 0, nullptr), 0);
}

TEST_F(AppArmorTest, NothingRunsWithoutTheOneOnRecordOnceItIsUnloaded) {
  ASSERT_TRUE(must_create(pod("web", {asking("main", local(profile()))})));
  expect_confined("main");
  unload();
  const std::string why = "'" + profile() + "' is not loaded";
  const Output refused = sh("true");
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr(why));
  EXPECT_THAT(podrun({"restart", "web", "-c", "main", "-t", "0"}).err, HasSubstr(why));
  load();
  ASSERT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  expect_confined("main");
}

// CVE-2019-16884, CVE-2023-28642: who writes into what the container shows as its own procfs can be made to write
// elsewhere, and the container runs unconfined.
TEST_F(AppArmorTest, NeitherAnImageNorAContainerCanSteerIt) {
  const std::string fake = rootfs() + "/proc/thread-self/attr/apparmor";
  std::filesystem::create_directories(fake);
  std::ofstream(fake + "/exec") << "";
  Json main = asking("main", local(profile()));
  main["securityContext"]["capabilities"]["add"] = {"SYS_ADMIN"};
  main["securityContext"]["seccompProfile"] = {{"type", "Unconfined"}};
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users ? "the host's users" : "users of its own");
    ASSERT_TRUE(must_create(with_users(pod("web", {main}), host_users)));
    expect_confined("main");
    const Output covered =
        sh("busybox mount -t tmpfs none /proc && busybox mkdir -p /proc/thread-self/attr/apparmor "
           "/proc/self/attr/apparmor && "
           "echo -n > /proc/thread-self/attr/apparmor/exec && echo -n > /proc/self/attr/apparmor/exec");
    ASSERT_EQ(covered.status, 0) << covered.err;
    EXPECT_THAT(sh(kForbidden).err, HasSubstr("Permission denied"));
    EXPECT_EQ(sh("busybox cat /proc/thread-self/attr/apparmor/exec").out, "") << "nobody wrote to what is there";
    EXPECT_EQ(remove("web").status, 0);
  }
  EXPECT_EQ(base::read_file(fake + "/exec").value_or("gone"), "");
}

// podrun's own, which whoever runs the tests has loaded or not.
class DefaultProfileTest : public AppArmorTest {
 protected:
  static constexpr const char* kConfined = "podrun-default (enforce)";
  bool is_loaded() const {
    return base::read_file(std::string(kSecurityfs) + "/apparmor/profiles").value_or("").find(kConfined) !=
           std::string::npos;
  }
  bool can_be_tried() const {
    return can_run({is_loaded() ? Unmet() : "needs 'apparmor_parser -r specs/apparmor/podrun-default'"});
  }
};

TEST_F(DefaultProfileTest, IsEveryContainersUnlessAskedOtherwise) {
  if (!can_be_tried()) return;
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users ? "the host's users" : "users of its own");
    const Json manifest = pod("web", {asking("main", nullptr), asking("asked", {{"type", "RuntimeDefault"}}),
                                      asking("free", {{"type", "Unconfined"}}), asking("own", local(profile()))});
    const Output created = create(with_users(manifest, host_users));
    ASSERT_EQ(created.status, 0) << created.err;
    EXPECT_THAT(created.err, IsEmpty());
    expect_in("main", kConfined);
    expect_in("asked", kConfined);
    expect_in("free", "unconfined");
    expect_confined("own");
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(DefaultProfileTest, HoldsWhereTheKernelsFilesAreNotReadOnly) {
  if (!can_be_tried()) return;
  const auto unmasked = [](const std::string& name, const Json& asked) {
    Json made = asking(name, asked);
    made["securityContext"]["procMount"] = "Unmasked";
    made["securityContext"]["seccompProfile"] = {{"type", "Unconfined"}};
    made["securityContext"]["capabilities"]["add"] = {"SYS_ADMIN", "NET_ADMIN"};
    return made;
  };
  ASSERT_TRUE(must_create(pod("web", {unmasked("main", nullptr), unmasked("free", {{"type", "Unconfined"}})})));
  for (const char* script :
       {"echo 1 > /proc/sys/net/ipv4/ip_forward", "busybox mount -t tmpfs none /tmp", "busybox umount /dev/mqueue"}) {
    EXPECT_EQ(sh(script, "free").status, 0) << script << ": " << sh(script, "free").err;
    EXPECT_THAT(sh(script).err, HasSubstr("ermission denied")) << script;
  }
}

// What a common container does all day.
TEST_F(DefaultProfileTest, LeavesAContainerItsProcesses) {
  if (!can_be_tried()) return;
  const Json main = container("main", {"/bin/busybox", "sh", "-c", "trap 'exit 7' TERM; sleep 1000000 & wait"});
  ASSERT_TRUE(must_create(pod("web", {main})));
  ASSERT_EQ(sh(kCurrent).out, std::string(kConfined) + "\n");
  EXPECT_EQ(sh("busybox sleep 9 & kill $! && wait $!; [ $? = 143 ]").status, 0);
  EXPECT_EQ(sh("busybox readlink /proc/1/exe").out, "/bin/busybox\n") << "who is confined by the same may look";
  EXPECT_EQ(sh("echo renamed > /proc/self/comm").status, 0) << "a process's own files are its own";
  EXPECT_EQ(sh("cp /bin/busybox /tmp/sh && /tmp/sh -c 'exit 3'").status, 3);
  EXPECT_EQ(podrun({"stop", "web", "-t", "20"}).status, 0);
  EXPECT_THAT(podrun({"get", "web", "-o", "json"}).out, HasSubstr("\"exitCode\": 7")) << "the signal arrived";
}

}  // namespace
}  // namespace integration
