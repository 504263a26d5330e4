// What a container can leave for its host to remove.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

#include "cni-invoker/base/tests/temp_dir.h"
#include "cni/base/files.h"

namespace cni::base {
namespace {

class RemoveTree : public testing::Test {
 protected:
  void SetUp() override {
    tree_ = dir_ + "/tree";
    ASSERT_EQ(::mkdir(tree_.c_str(), 0755), 0);
  }

  void expect_removed() {
    const auto removed = remove_tree(tree_);
    EXPECT_TRUE(removed) << removed.error().what;
    EXPECT_FALSE(path_exists(tree_));
  }

  // Runs in a process of its own; 0 is success.
  static int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  static void touch(int parent, const char* name) {
    const Fd file(::openat(parent, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    EXPECT_TRUE(file) << name;
  }

  // Directories in one another, with a file before and after each.
  void nest(int depth, const char* name) const {
    Fd here(::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < depth; ++i) {
      if (i % 100 == 0) touch(here.get(), "a"), touch(here.get(), "z");
      ASSERT_EQ(::mkdirat(here.get(), name, 0755), 0);
      here.reset(::openat(here.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
  }

  const TempDir temp_{"/var/tmp"};
  const std::string dir_ = temp_.path();
  std::string tree_;
};

TEST_F(RemoveTree, NestedBeyondEveryLimit) {
  nest(4'000, "d");
  EXPECT_EQ(in_child([this] {
              const rlimit few{48, 48};
              const rlimit small{256U << 10U, 256U << 10U};
              ::setrlimit(RLIMIT_NOFILE, &few);
              ::setrlimit(RLIMIT_STACK, &small);
              const auto removed = remove_tree(tree_);
              if (!removed) std::fputs(removed.error().what.c_str(), stderr);
              return removed ? 0 : 1;
            }),
            0);
  EXPECT_FALSE(path_exists(tree_));
}

TEST_F(RemoveTree, LongNamesInOneAnother) {
  nest(300, std::string(255, 'n').c_str());
  expect_removed();
}

TEST_F(RemoveTree, WideAndDeepAtOnce) {
  for (int i = 0; i < 40; ++i) {
    std::string path = tree_ + "/" + std::to_string(i);
    for (int j = 0; j < 50; ++j) path += "/d";
    ASSERT_TRUE(make_dirs(path));
    ASSERT_TRUE(write_file_durably(path + "/file", "x"));
  }
  expect_removed();
}

TEST_F(RemoveTree, EverySortOfFileAndAnyName) {
  const Fd here(::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const char* name : {"\n", "\xff\xfe", " ", "-rf", "\033[2J", "..."}) {
    touch(here.get(), name);
    ASSERT_EQ(::mkdirat(here.get(), (std::string(name) + "d").c_str(), 0), 0);
  }
  ASSERT_EQ(::mkfifoat(here.get(), "fifo", 0), 0);
  ASSERT_EQ(::symlinkat("/etc", here.get(), "link"), 0);
  ASSERT_EQ(::symlinkat("link", here.get(), "loop"), 0);
  sockaddr_un address{AF_UNIX, {}};
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", tree_.c_str());
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::mknodat(here.get(), "null", S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::mknodat(here.get(), "whiteout", S_IFCHR, 0), 0);
  }
  expect_removed();
  EXPECT_TRUE(path_exists("/etc/passwd"));
}

TEST_F(RemoveTree, AFileAndWhatIsNotThere) {
  ASSERT_TRUE(write_file_durably(tree_ + "/file", "x"));
  EXPECT_TRUE(remove_tree(tree_ + "/file"));
  EXPECT_FALSE(path_exists(tree_ + "/file"));
  EXPECT_TRUE(remove_tree(tree_ + "/file"));
  EXPECT_TRUE(remove_tree(tree_ + "/nowhere/file"));
}

TEST_F(RemoveTree, ImmutableAndAppendOnly) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: chattr";
  ASSERT_TRUE(make_dirs(tree_ + "/fixed/below"));
  ASSERT_TRUE(write_file_durably(tree_ + "/fixed/file", "x"));
  ASSERT_TRUE(write_file_durably(tree_ + "/log", "x"));
  const auto set = [&](const std::string& path, int flag) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return ::ioctl(file.get(), FS_IOC_SETFLAGS, &flag) == 0;
  };
  if (!set(tree_ + "/log", FS_APPEND_FL)) GTEST_SKIP() << "this file system has no such flags";
  for (const char* path : {"/fixed/file", "/fixed/below", "/fixed", ""})
    ASSERT_TRUE(set(tree_ + path, FS_IMMUTABLE_FL)) << path;
  expect_removed();
}

// A bind mount has the device number of what is around it.
TEST_F(RemoveTree, NeverEntersAMount) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: mounts";
  const std::string precious = dir_ + "/precious";
  ASSERT_TRUE(make_dirs(precious + "/sub"));
  ASSERT_TRUE(make_dirs(tree_ + "/a/mount"));
  EXPECT_EQ(in_child([&] {
              if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                  ::mount(precious.c_str(), (tree_ + "/a/mount").c_str(), nullptr, MS_BIND, nullptr) != 0)
                return 1;
              const auto removed = remove_tree(tree_);
              if (removed || removed.error().kind != Kind::busy) return 2;
              return removed.error().what.find("a/mount': something is mounted there") == std::string::npos ? 3 : 0;
            }),
            0);
  EXPECT_TRUE(path_exists(precious + "/sub"));
  expect_removed();
}

// Whoever survives moves directories about: nothing beside the tree is touched, and there is an end.
TEST_F(RemoveTree, WhileItIsBeingChanged) {
  const std::string beside = dir_ + "/beside";
  ASSERT_TRUE(make_dirs(beside + "/kept"));
  std::string deep;
  for (int i = 0; i < 50; ++i) deep += "/d";
  const pid_t mover = ::fork();
  if (mover == 0) {
    const std::string inner = tree_ + "/d/d/d/d/d";
    for (;;) {
      static_cast<void>(make_dirs(tree_ + deep));
      ::rename(inner.c_str(), (beside + "/moved").c_str());
      ::rename((beside + "/moved").c_str(), inner.c_str());
    }
  }
  for (int i = 0; i < 50; ++i) static_cast<void>(remove_tree(tree_));
  ::kill(mover, SIGKILL);
  ::waitpid(mover, nullptr, 0);
  EXPECT_TRUE(path_exists(beside + "/kept"));
  expect_removed();
}

}  // namespace
}  // namespace cni::base
