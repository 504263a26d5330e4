// Each class of hole that container runtimes had, tried here.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

class SecurityTest : public PodrunTest {
 protected:
  // What `payload report` or `payload try` says inside a fresh pod.
  std::string inside(const std::string& command, Json main = container("main", {"/bin/payload", "sleep"})) {
    if (!must_create(pod("web", {std::move(main)}))) return {};
    const Output output = exec("web", {"/bin/payload", command});
    EXPECT_EQ(output.status, 0) << output.err;
    return output.out;
  }
  // The same as the container's own first process, through its log.
  std::string as_first_process(const std::string& command, Json spec = Json::object()) {
    Json manifest = pod("first", {container("main", {"/bin/payload", command})});
    manifest["spec"].update(spec);
    if (!must_create(manifest)) return {};
    eventually([&] { return podrun({"get", "first", "-o", "json"}).out.find("terminated") != std::string::npos; });
    return logs("first", "main");
  }
};

TEST_F(SecurityTest, NothingForbiddenSucceeds) {
  const std::string tried = inside("try");
  ASSERT_GT(lines_of(tried).size(), 15U);
  for (const std::string& line : lines_of(tried)) EXPECT_THAT(line, Not(testing::EndsWith(" ok")));
}

TEST_F(SecurityTest, NothingForbiddenSucceedsForTheFirstProcessEither) {
  const std::string tried = as_first_process("try");
  ASSERT_GT(lines_of(tried).size(), 15U);
  for (const std::string& line : lines_of(tried)) EXPECT_THAT(line, Not(testing::EndsWith(" ok")));
}

TEST_F(SecurityTest, TheFilterAnswersForWhatTheKernelWouldLookAtFirst) {
  const std::string tried = inside("try");
  for (const char* call : {"add-key", "bpf", "kexec", "load-module", "open-by-handle"})
    EXPECT_EQ(value_of(tried, call), "EPERM") << call;
}

// CVE-2022-24769, -27650, -29162: capabilities that are inheritable.
TEST_F(SecurityTest, CapabilitiesAreTheDefaultAndNoneIsInheritableOrAmbient) {
  for (const std::string& report : {inside("report"), as_first_process("report")}) {
    EXPECT_EQ(value_of(report, "CapInh"), "0000000000000000");
    EXPECT_EQ(value_of(report, "CapAmb"), "0000000000000000");
    EXPECT_EQ(value_of(report, "CapEff"), value_of(report, "CapBnd"));
    EXPECT_EQ(value_of(report, "CapPrm"), value_of(report, "CapBnd"));
    const std::uint64_t effective = std::stoull(value_of(report, "CapEff"), nullptr, 16);
    for (const unsigned dangerous :
         {12U /* NET_ADMIN */, 16U /* SYS_MODULE */, 19U /* SYS_PTRACE */, 21U /* SYS_ADMIN */})
      EXPECT_EQ(effective & (1ULL << dangerous), 0U) << dangerous;
    EXPECT_EQ(value_of(report, "NoNewPrivs"), "1");
    EXPECT_EQ(value_of(report, "Seccomp"), "2");
  }
}

TEST_F(SecurityTest, AnotherUserHasNoCapabilities) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["securityContext"] = {{"runAsUser", 1000}, {"runAsGroup", 1000}};
  const std::string report = inside("report", main);
  EXPECT_EQ(value_of(report, "uid"), "1000");
  EXPECT_EQ(value_of(report, "CapEff"), "0000000000000000");
}

TEST_F(SecurityTest, DroppedCapabilitiesAreGone) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["securityContext"] = {{"capabilities", {{"drop", {"ALL"}}, {"add", {"NET_BIND_SERVICE"}}}}};
  EXPECT_EQ(value_of(inside("report", main), "CapBnd"), "0000000000000400");
}

// CVE-2024-21626 and CVE-2016-9962: descriptors of the host in a process that joins a container.
TEST_F(SecurityTest, NoDescriptorOfTheHostComesIn) {
  for (const std::string& report : {inside("report"), as_first_process("report")})
    for (const std::string& line : lines_of(report)) {
      if (!line.starts_with("descriptor ")) continue;
      const int number = std::stoi(line.substr(11));
      EXPECT_LE(number, 2) << line;
      EXPECT_THAT(line, testing::AnyOf(HasSubstr("/dev/null"), HasSubstr("pipe:[")))
          << "no file or directory of the host";
    }
}

TEST_F(SecurityTest, AWorkingDirectoryCannotBeADescriptorOfTheHost) {
  for (int fd = 3; fd < 12; ++fd) {
    Json main = container("main", {"/bin/payload", "report"});
    main["workingDir"] = "/proc/self/fd/" + std::to_string(fd);
    const std::string name = "cwd-" + std::to_string(fd);
    // Refused, or a directory of the container's own.
    if (create(pod(name, {main})).status == 0) {
      EXPECT_TRUE(eventually([&] { return value_of(logs(name, "main"), "cwd").starts_with("/"); }));
    }
    remove(name);
  }
}

// CVE-2019-5736: a container whose program is /proc/self/exe, and that writes there.
TEST_F(SecurityTest, TheHostsProgramsCannotBeOverwrittenThroughProcSelfExe) {
  const auto sums = [] {
    return run({"sha256sum", programs_dir() + "/podrun", programs_dir() + "/podrun-shim", programs_dir() + "/pause"})
        .out;
  };
  const std::string before = sums();
  Json main = container("main", {"/proc/self/exe", "try"});
  static_cast<void>(create(pod("first", {main})));
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  static_cast<void>(exec("web", {"/proc/self/exe"}));
  if (!need::busybox())
    static_cast<void>(exec("web", {"sh", "-c", "for p in /proc/[0-9]*; do echo overwritten > $p/exe; done"}));
  EXPECT_EQ(sums(), before);
}

// CVE-2021-30465, CVE-2023-27561, CVE-2025-31133, -52565, -52881: links in the root filesystem where we mount.
TEST_F(SecurityTest, LinksInTheRootFilesystemLeadNowhere) {
  const std::string outside = dir() + "/outside";
  run({"mkdir", "-p", outside});
  for (const char* where : {"proc", "sys", "dev", "etc/hosts", "etc/resolv.conf", "etc/hostname"}) {
    const std::string root = dir() + "/evil";
    run({"cp", "-a", rootfs(), root});
    run({"rm", "-rf", root + "/" + where});
    run({"ln", "-s", outside, root + "/" + where});
    Json main = container("main", {"/bin/payload", "sleep"});
    main["image"] = "rootfs:" + root;
    static_cast<void>(create(pod("web", {main})));
    EXPECT_EQ(run({"find", outside, "-mindepth", "1"}).out, "") << "through a link in place of /" << where;
    static_cast<void>(remove("web"));
    run({"rm", "-rf", root});
  }
}

TEST_F(SecurityTest, ProcIsMaskedAndReadOnlyWhereItReachesTheKernel) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  for (const char* path : {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug"})
    EXPECT_EQ(exec("web", {"sh", "-c", std::string("[ ! -e ") + path + " ] || head -c 1 " + path + " | wc -c"})
                  .out.substr(0, 1)
                  .find_first_not_of("0"),
              std::string::npos)
        << path;
  for (const char* path : {"/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/sys/kernel"})
    EXPECT_NE(exec("web", {"sh", "-c", std::string("[ -d ") + path + " ] && touch " + path + "/x || echo x > " + path})
                  .status,
              0)
        << path;
}

// CVE-2022-0492: release_agent of a v1 hierarchy; and any write into cgroups.
TEST_F(SecurityTest, CgroupsInsideAreReadOnlyAndShowNoPathOfTheHost) {
  const std::string report = inside("report");
  for (const std::string& line : lines_of(report)) {
    if (line.starts_with("mount /sys/fs/cgroup")) {
      EXPECT_THAT(line, testing::ContainsRegex(" (ro|ro,.*)$"));
    }
    if (line.starts_with("cgroup ")) {
      EXPECT_THAT(line, Not(HasSubstr("podrun")));
    }
  }
}

// CVE-2020-15257: abstract sockets of the host. A network namespace of the pod's own has none of them.
TEST_F(SecurityTest, AbstractSocketsOfTheHostAreOutOfReach) {
  const std::string name = "podrun-test-" + std::to_string(::getpid());
  const pid_t server = start({tests_dir() + "/payload", "listen-abstract", name}, "/dev/null");
  EXPECT_TRUE(eventually([&] { return run({tests_dir() + "/payload", "ask-abstract", name}).status == 0; }));
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_THAT(exec("web", {"/bin/payload", "ask-abstract", name}).out, HasSubstr("refused"));
  ::kill(server, SIGKILL);
  wait_for(server);
}

TEST_F(SecurityTest, OurOwnListenNoAbstractSocket) {
  const std::string before = run({"sh", "-c", "grep -c ' @' /proc/net/unix"}).out;
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_EQ(run({"sh", "-c", "grep -c ' @' /proc/net/unix"}).out, before);
}

TEST_F(SecurityTest, RootInsideIsNobodyOutside) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  for (const pid_t pid : {pause_pid("web"), container_pid("web", "main")}) {
    struct stat status {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(pid)).c_str(), &status), 0);
    EXPECT_GE(status.st_uid, 65536U) << "undumpable processes show as root, ours after exec do not";
  }
}

TEST_F(SecurityTest, AReadOnlyRootCannotBeWritten) {
  if (!can_run({need::busybox()})) return;
  Json main = container("main", {"/bin/payload", "sleep"});
  main["securityContext"] = {{"readOnlyRootFilesystem", true}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_NE(exec("web", {"touch", "/new"}).status, 0);
  EXPECT_NE(exec("web", {"touch", "/etc/new"}).status, 0);
}

// As in one that can be written: the image need not have it.
TEST_F(SecurityTest, AReadOnlyRootHasItsWorkingDirectory) {
  Json main = container("main", {"/bin/payload", "report"});
  main["workingDir"] = "/app/data";
  main["securityContext"] = {{"readOnlyRootFilesystem", true}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Succeeded"; })) << podrun({"describe", "web"}).out;
  EXPECT_EQ(value_of(logs("web", "main"), "cwd"), "/app/data");
}

}  // namespace
}  // namespace integration
