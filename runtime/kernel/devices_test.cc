#include "runtime/kernel/devices.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"

namespace podrun::devices {
namespace {

TEST(DeviceRule, IsWrittenAsTheDevicesControllerTakesIt) {
  EXPECT_EQ(to_text({.type = 'c', .major = 1, .minor = 3, .read = true, .write = true, .make = true}), "c 1:3 rwm");
  EXPECT_EQ(to_text({.type = 'b', .major = {}, .minor = {}, .make = true}), "b *:* m");
  EXPECT_EQ(to_text({.type = 'c', .major = 136, .minor = {}, .read = true}), "c 136:* r");
}

TEST(DefaultRules, AllowWhatEveryContainerNeedsAndNoMore) {
  std::vector<std::string> texts;
  for (const Rule& rule : default_rules()) texts.push_back(to_text(rule));
  EXPECT_THAT(texts, testing::UnorderedElementsAre("c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm",
                                                   "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm"));
}

TEST(DefaultNodes, AreThoseOfThisMachine) {
  for (const Node& node : default_nodes()) {
    struct stat status {};
    ASSERT_EQ(::stat((std::string("/dev/") + node.name).c_str(), &status), 0) << node.name;
    EXPECT_EQ(gnu_dev_major(status.st_rdev), node.major) << node.name;
    EXPECT_EQ(gnu_dev_minor(status.st_rdev), node.minor) << node.name;
  }
}

// A cgroup v2 directory of its own, gone afterwards.
class CgroupDevices : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "attaching device rules needs root";
    for (const std::string root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      struct statfs status {};
      if (::statfs(root.c_str(), &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC) path_ = root;
    }
    if (path_.empty()) GTEST_SKIP() << "no cgroup v2 mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified";
    path_ += "/podrun-devices-test-" + std::to_string(::getpid());
    if (::mkdir(path_.c_str(), 0755) != 0) {
      const std::string cause = std::strerror(errno);
      path_.clear();
      GTEST_SKIP() << "cannot make a cgroup here: " << cause;
    }
    directory_ = Fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  void TearDown() override {
    if (path_.empty()) return;
    EXPECT_EQ(::rmdir(path_.c_str()), 0) << path_ << ": " << std::strerror(errno);
  }

  // errno of `action` in a child that has joined the cgroup; 0: it succeeded.
  int in_cgroup(const std::function<int()>& action) const {
    const pid_t child = ::fork();
    if (child == 0) {
      if (!base::write_in_place(path_ + "/cgroup.procs", "0")) ::_exit(255);
      ::_exit(action() < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  int open_in_cgroup(const std::string& path, int flags) const {
    return in_cgroup([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK); });
  }

  std::string path_;
  Fd directory_;
};

TEST_F(CgroupDevices, AllowJustTheDefaultRules) {
  const std::string node = testing::TempDir() + "podrun-devices-test-" + std::to_string(::getpid());
  const auto make_kmsg = [&] { return ::mknod(node.c_str(), S_IFCHR | 0600, gnu_dev_makedev(1, 11)); };
  ASSERT_EQ(open_in_cgroup("/dev/kmsg", O_RDONLY), 0) << "without rules everything is allowed";

  const auto attached = attach_v2(directory_.get(), default_rules());
  ASSERT_TRUE(attached) << attached.error().what;
  for (const Node& device : default_nodes()) {
    if (std::string_view(device.name) == "tty") continue;  // ENXIO without a controlling terminal
    EXPECT_EQ(open_in_cgroup(std::string("/dev/") + device.name, O_RDWR), 0) << device.name;
  }
  EXPECT_EQ(open_in_cgroup("/dev/ptmx", O_RDWR), 0);
  EXPECT_EQ(open_in_cgroup("/dev/kmsg", O_RDONLY), EPERM);
  EXPECT_EQ(in_cgroup(make_kmsg), 0) << "mknod of anything is allowed";
  EXPECT_EQ(open_in_cgroup(node, O_RDONLY), EPERM) << "but not its use";
  ::unlink(node.c_str());
}

TEST_F(CgroupDevices, GrantAnAccessOnlyWhole) {
  const Rule read_null{.type = 'c', .major = 1, .minor = 3, .read = true};
  const auto attached = attach_v2(directory_.get(), {{read_null}});
  ASSERT_TRUE(attached) << attached.error().what;
  EXPECT_EQ(open_in_cgroup("/dev/null", O_RDONLY), 0);
  EXPECT_EQ(open_in_cgroup("/dev/null", O_WRONLY), EPERM);
  EXPECT_EQ(open_in_cgroup("/dev/null", O_RDWR), EPERM);
  EXPECT_EQ(open_in_cgroup("/dev/zero", O_RDONLY), EPERM);
}

TEST_F(CgroupDevices, AreOnlyNarrowedByASecondProgram) {
  ASSERT_TRUE(attach_v2(directory_.get(), {}));
  ASSERT_TRUE(attach_v2(directory_.get(), default_rules()));
  EXPECT_EQ(open_in_cgroup("/dev/null", O_RDONLY), EPERM);
}

// A signal that comes while the kernel verifies the program is handled, and no failure of ours.
TEST_F(CgroupDevices, AreAttachedWhileSignalsCome) {
  struct sigaction nothing {};
  nothing.sa_handler = [](int) {};
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &nothing, &before), 0);
  constexpr int kPrograms = 60;  // a cgroup takes 64
  std::atomic<bool> done = false;
  std::thread sender([&, to = ::pthread_self()] {
    while (!done) {
      ::pthread_kill(to, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(10));
    }
  });
  std::vector<std::string> failures;
  for (int i = 0; i < kPrograms; ++i) {
    const auto attached = attach_v2(directory_.get(), default_rules());
    if (!attached) failures.push_back(attached.error().what);
  }
  done = true;
  sender.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_THAT(failures, testing::IsEmpty());
}

TEST(AttachDeviceRules, NamesTheStepThatFailed) {
  const Fd not_a_cgroup(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto attached = attach_v2(not_a_cgroup.get(), default_rules());
  ASSERT_FALSE(attached);
  EXPECT_THAT(attached.error().what,
              testing::StartsWith(::geteuid() == 0 ? "attach device rules" : "load device rules"));
}

}  // namespace
}  // namespace podrun::devices
