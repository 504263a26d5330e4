// Profiles of the machine's that containers name: type Localhost.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kNoDirectories = R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 93}]})";  // EPROTONOSUPPORT

class SeccompProfileTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    std::filesystem::create_directories(profiles() + "/profiles");
  }
  std::string profiles() const { return dir() + "/seccomp"; }
  std::vector<std::string> options() const { return {"--network", "none", "--seccomp-dir", profiles()}; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(profiles() + "/" + name) << text; }
  static Json confined(const std::string& name, const std::string& file) {
    Json made = container(name, {"/bin/busybox", "sh", "-c", "busybox mkdir /tmp/first; exec /bin/payload sleep"});
    made["securityContext"]["seccompProfile"] = {{"type", "Localhost"}, {"localhostProfile", file}};
    return made;
  }
  Output mkdir(const std::string& of) const {
    return exec("web", {"/bin/busybox", "mkdir", "-p", "/tmp/made"}, {"-c", of});
  }
};

TEST_F(SeccompProfileTest, HoldsForAContainerItsExecsAndItsNextAttempts) {
  if (!can_run({need::busybox()})) return;
  write("profiles/no-directories.json", kNoDirectories);
  Json lax = confined("lax", "profiles/no-directories.json");
  lax["securityContext"]["allowPrivilegeEscalation"] = true;  // then the filter is there before the user is
  const Json other = container("other", {"/bin/payload", "sleep"});
  ASSERT_TRUE(must_create(pod("web", {confined("main", "profiles/no-directories.json"), lax, other}), options()));
  // What the file becomes later is for pods that come later.
  std::filesystem::remove(profiles() + "/profiles/no-directories.json");
  const auto expect_confined = [&] {
    for (const char* of : {"main", "lax"}) {
      EXPECT_TRUE(eventually([&] { return logs("web", of).find("Protocol not supported") != std::string::npos; })) << of;
      EXPECT_THAT(mkdir(of).err, HasSubstr("Protocol not supported")) << of;
      EXPECT_EQ(exec("web", {"/bin/busybox", "rmdir", "/nowhere"}, {"-c", of}).err.find("Protocol"), std::string::npos);
    }
    EXPECT_EQ(mkdir("other").status, 0) << mkdir("other").err;
  };
  expect_confined();
  ASSERT_EQ(podrun({"restart", "web", "-t", "0"}).status, 0);
  expect_confined();
}

TEST_F(SeccompProfileTest, IsThePodsUnlessTheContainerSaysOtherwiseAndByTheOldAnnotation) {
  if (!can_run({need::busybox()})) return;
  write("a.json", kNoDirectories);
  Json own = container("own", {"/bin/payload", "sleep"});
  own["securityContext"]["seccompProfile"] = {{"type", "RuntimeDefault"}};
  Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"}), own});
  manifest["spec"]["securityContext"]["seccompProfile"] = {{"type", "Localhost"}, {"localhostProfile", "a.json"}};
  ASSERT_TRUE(must_create(manifest, options()));
  EXPECT_THAT(mkdir("main").err, HasSubstr("Protocol not supported"));
  EXPECT_EQ(mkdir("own").status, 0);
  EXPECT_EQ(remove("web").status, 0);

  manifest["spec"].erase("securityContext");
  manifest["metadata"]["annotations"]["container.seccomp.security.alpha.kubernetes.io/main"] = "localhost/a.json";
  ASSERT_TRUE(must_create(manifest, options()));
  EXPECT_THAT(mkdir("main").err, HasSubstr("Protocol not supported"));
}

// Kubernetes' own first example: nothing is refused, and everything is written down by the kernel.
TEST_F(SeccompProfileTest, MayLetEverythingThrough) {
  if (!can_run({need::busybox()})) return;
  write("audit.json", R"({"defaultAction": "SCMP_ACT_LOG"})");
  ASSERT_TRUE(must_create(pod("web", {confined("main", "audit.json")}), options()));
  EXPECT_EQ(mkdir("main").status, 0);
}

TEST_F(SeccompProfileTest, ABadOneIsOneLineAndNothingIsMade) {
  remember_world();
  write("../outside.json", kNoDirectories);
  std::filesystem::create_symlink("../outside.json", profiles() + "/link.json");
  std::filesystem::create_directory(profiles() + "/directory.json");
  write("text.json", "no JSON");
  write("typo.json",
        R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdri"], "action": "SCMP_ACT_ERRNO"}]})");
  write("field.json", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscall": []})");
  write("notify.json", R"({"defaultAction": "SCMP_ACT_NOTIFY"})");
  for (const auto& [file, why] : {std::pair{"none.json", "No such file or directory"},
                                  {"link.json", "No such file or directory"},
                                  {"directory.json", "not a regular file"},
                                  {"text.json", "not JSON"},
                                  {"typo.json", "'mkdri': nobody knows it"},
                                  {"field.json", "unknown field 'syscall'"},
                                  {"notify.json", "'SCMP_ACT_NOTIFY' asks a process beside the container"}}) {
    const Output refused = create(pod("web", {confined("main", file)}), options());
    EXPECT_NE(refused.status, 0) << file;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("container 'main'"), HasSubstr(profiles() + "/" + file), HasSubstr(why)));
    EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
  }
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
