// Nothing of the caller reaches a pod: what a container and an exec can tell of how they were started is the same,
// however odd the process that called podrun was.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/files.h"
#include "integration/cgroup_files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class CallerTest : public PodrunTest {
 protected:
  static Command oddly(Command command) {
    command.argv.insert(command.argv.begin(), {tests_dir() + "/payload", "as-odd-caller"});
    return command;
  }
  // A pod whose container tells how it was started, and goes on.
  Json telling(const std::string& name, const Json& spec) const {
    Json one = container("main", {"/bin/payload", "start"});
    Json stays = container("stays", {"/bin/payload", "sleep"});
    Json manifest = pod(name, {one, stays});
    manifest["spec"].update(spec);
    return manifest;
  }
  std::string told(const std::string& name) {
    std::string text;
    eventually([&] { return (text = logs(name, "main")).find("securebits") != std::string::npos; });
    return text;
  }
  std::string exec_told(const std::string& name, bool odd) {
    Command command = podrun_command({"exec", name, "-c", "stays", "--", "/bin/payload", "start"});
    return run(odd ? oddly(command) : command).out;
  }
  static std::string file(const std::string& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // The lines of one process's /proc files that its starter decides.
  std::string shim_start(const std::string& name) const {
    const std::string dir = "/proc/" + std::to_string(shim_pid(name));
    std::string text = file(dir + "/limits") + file(dir + "/coredump_filter") + file(dir + "/environ");
    for (const std::string& line : lines_of(file(dir + "/status")))
      for (const char* key : {"Umask", "SigPnd", "SigBlk", "SigIgn", "SigCgt", "ShdPnd", "Cpus_allowed", "THP"})
        if (line.starts_with(key)) text += line + "\n";
    for (const auto& entry : fs::directory_iterator(dir + "/fd"))
      if (std::error_code none; fs::read_symlink(entry, none) == "/etc/hostname") text += "the caller's descriptor\n";
    return text;
  }
  void expect_same(const Json& spec) {
    ASSERT_TRUE(must_create(telling("even", spec)));
    const Output created = run(oddly(create_command(telling("odd", spec))));
    ASSERT_EQ(created.status, 0) << created.err;
    const std::string even = told("even");
    EXPECT_THAT(even, HasSubstr("/proc/self/oom_score_adj 1000"));
    EXPECT_EQ(even, told("odd"));
    EXPECT_EQ(even, exec_told("even", false));
    EXPECT_EQ(even, exec_told("even", true));
    EXPECT_EQ(shim_start("even"), shim_start("odd"));
    EXPECT_THAT(exec("odd", {"/bin/payload", "report"}, {"-c", "stays"}).out, Not(HasSubstr("OF_THE_CALLER")));
  }
};

TEST_F(CallerTest, IsNotSeenInAPod) { expect_same(Json::object()); }
TEST_F(CallerTest, IsNotSeenInAPodOfTheHostsUsers) { expect_same({{"hostUsers", true}}); }
TEST_F(CallerTest, IsNotSeenInASharedPidNamespace) { expect_same({{"shareProcessNamespace", true}}); }

TEST_F(CallerTest, LimitsAreThoseOfAKubernetesNode) {
  ASSERT_TRUE(must_create(telling("web", Json::object())));
  const std::string text = told("web");
  EXPECT_THAT(text, testing::ContainsRegex("Max cpu time +unlimited +unlimited"));
  EXPECT_THAT(text, testing::ContainsRegex("Max file size +unlimited +unlimited"));
  EXPECT_THAT(text, testing::ContainsRegex("Max open files +1024 "));
  EXPECT_THAT(text, testing::ContainsRegex("Max locked memory +8388608 "));
  EXPECT_THAT(text, HasSubstr("scheduler 0 niceness 0 I/O priority 0 timer slack 50000 memory policy 0 personality 0"));
}

TEST_F(CallerTest, LimitsThatCannotBeGivenBackAreTold) {
  Command command = create_command(telling("web", Json::object()));
  // Without the capability where the machine has it.
  command.argv.insert(command.argv.begin(), {"sh", "-c",
                                             "ulimit -n 333; exec setpriv --bounding-set=-sys_resource "
                                             "--inh-caps=-sys_resource \"$@\"",
                                             "sh"});
  const Output created = run(command);
  ASSERT_EQ(created.status, 0) << created.err;
  EXPECT_THAT(created.err, HasSubstr("its caller's limits stay in the pod (open files)"));
  EXPECT_THAT(told("web"), testing::ContainsRegex("Max open files +333 +333"));
}

// What podrun makes, by kind: modes and owners, names made comparable.
class CallerFilesTest : public CallerTest {
 protected:
  std::set<std::string> made(const std::string& name) {
    std::set<std::string> all;
    const std::string own_id = pod_id(name);
    const uid_t base = id_base(name);
    const auto note = [&](const std::string& path) {
      struct stat info {};
      if (::lstat(path.c_str(), &info) != 0 || S_ISLNK(info.st_mode)) return;
      std::string shown = path;
      for (const std::string& part : {own_id, name})
        for (auto at = shown.find(part); at != std::string::npos; at = shown.find(part))
          shown.replace(at, part.size(), "X");
      const auto id = [base](uid_t number) {
        return number >= base ? "pod " + std::to_string(number - base) : std::to_string(number);
      };
      std::ostringstream line;
      line << std::oct << info.st_mode << ' ' << id(info.st_uid) << ' ' << id(info.st_gid) << ' ' << shown;
      for (const char* list : {"system.posix_acl_access", "system.posix_acl_default"})
        if (::lgetxattr(path.c_str(), list, nullptr, 0) > 0) line << ' ' << list;
      all.insert(line.str());
    };
    std::vector<fs::path> dirs = cgroup_dirs(cgroup_parent());
    dirs.insert(dirs.end(), {"/run/podrun", "/run/netns", data_dir()});
    for (const fs::path& dir : dirs) {
      note(dir);
      for (auto at = fs::recursive_directory_iterator(dir); at != fs::recursive_directory_iterator(); ++at) {
        const std::string path = at->path();
        // What overlayfs makes for itself in the directory that it is given as `work`, as it likes.
        const bool is_overlays_own = at->path().filename() == "work" && at->path().parent_path().filename() == "work";
        if (is_overlays_own) at.disable_recursion_pending();
        if (!is_overlays_own) note(path);
      }
    }
    return all;
  }
  std::set<std::string> made_by(const Command& command, const std::string& name) {
    const Output created = run(command);
    EXPECT_EQ(created.status, 0) << created.err;
    const auto files = made(name);
    EXPECT_EQ(remove(name).status, 0);
    fs::remove_all("/run/podrun");
    ::umount2("/run/netns", MNT_DETACH);
    fs::remove_all("/run/netns");
    EXPECT_TRUE(base::remove_tree(data_dir()));
    return files;
  }
  Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
};

TEST_F(CallerFilesTest, HaveTheModesThatWeMean) {
  const auto even = made_by(create_command(sleeping("pod-even")), "pod-even");
  EXPECT_GT(even.size(), 20U);
  EXPECT_EQ(even, made_by(oddly(create_command(sleeping("pod-odd"))), "pod-odd"));
}

TEST_F(CallerFilesTest, TakeNothingFromTheDirectoryTheyAreIn) {
  const auto even = made_by(create_command(sleeping("pod-even")), "pod-even");
  ASSERT_EQ(::chown(dir().c_str(), 0, 4242), 0);
  ASSERT_EQ(::chmod(dir().c_str(), 02775), 0);
  // user::rwx user:4242:rwx group::rwx mask::rwx other::r-x, as acl(5) has it on disk
  const std::string list(
      "\x02\0\0\0"
      "\x01\0\x07\0\xff\xff\xff\xff"
      "\x02\0\x07\0\x92\x10\0\0"
      "\x04\0\x07\0\xff\xff\xff\xff"
      "\x10\0\x07\0\xff\xff\xff\xff"
      "\x20\0\x05\0\xff\xff\xff\xff",
      44);
  ASSERT_EQ(::setxattr(dir().c_str(), "system.posix_acl_default", list.data(), list.size(), 0), 0);
  EXPECT_EQ(even, made_by(create_command(sleeping("pod-other")), "pod-other"));
}

}  // namespace
}  // namespace integration
