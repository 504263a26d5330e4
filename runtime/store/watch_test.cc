// Changes of real directories, as the kernel tells them.
#include "runtime/store/watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>

#include "runtime/store/format_1.h"
#include "runtime/store/store.h"
#include "runtime/store/test_store.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WatchTest : public StoreTest {
 protected:
  WatchTest() : layout_(store_.layout()) {}

  Watch watch() {
    auto watch = Watch::on(layout_);
    EXPECT_TRUE(watch) << watch.error().what;
    return std::move(watch).value();
  }
  static bool is_ready(const Watch& watch) {
    pollfd awaited{.fd = watch.fd(), .events = POLLIN, .revents = 0};
    return ::poll(&awaited, 1, 0) == 1;
  }
  static Changes take(Watch& watch) {
    auto changes = watch.take();
    EXPECT_TRUE(changes) << changes.error().what;
    EXPECT_FALSE(is_ready(watch));
    return std::move(changes).value_or({});
  }
  // Those of the pods, where it is told which.
  static std::set<std::string> changed(Watch& watch) {
    const Changes changes = take(watch);
    EXPECT_FALSE(changes.everything);
    return changes.pods;
  }
  Box lock(const std::string& id) { return std::move(store_.lock(id, 1000)).value(); }
  // As the shim does.
  void write_exit(const std::string& id, const std::string& key) const {
    const std::string path = layout_.exit_file(id, key);
    EXPECT_TRUE(base::write_file_durably(path, "0 0 1\n"));
  }
  static ContainerRecord container(std::uint32_t attempt) {
    ContainerRecord record = full_container();
    record.plan.attempt = attempt;
    return record;
  }

  const Layout layout_;
  const std::string one_ = test_id('1');
  const std::string two_ = test_id('2');
};

TEST_F(WatchTest, APodComesChangesAndGoes) {
  put(one_, "default", "web");
  Watch watch = this->watch();
  EXPECT_FALSE(is_ready(watch)) << "what there was is no change";
  put(two_, "default", "db");
  EXPECT_TRUE(is_ready(watch));
  EXPECT_THAT(changed(watch), ElementsAre(two_));
  for (const std::string& id : {one_, two_}) {
    const Box box = lock(id);
    EXPECT_THAT(changed(watch), IsEmpty()) << "a lock is no change";
    ASSERT_TRUE(box.save(full_record()));
    EXPECT_THAT(changed(watch), ElementsAre(id));
    ASSERT_TRUE(box.erase());
    EXPECT_THAT(changed(watch), ElementsAre(id));
  }
}

TEST_F(WatchTest, AContainerIsMadeEndsAndIsRemoved) {
  put(one_, "default", "web");
  put(two_, "default", "db");
  ASSERT_TRUE(lock(two_).save(container(0)));
  Watch watch = this->watch();
  for (const std::string& id : {one_, two_}) {  // one has no directory for them yet
    for (const std::uint32_t attempt : {1U, 2U}) {
      const std::string key = container(attempt).plan.key();
      ASSERT_TRUE(lock(id).save(container(attempt)));
      EXPECT_THAT(changed(watch), ElementsAre(id)) << key << " made";
      write_exit(id, key);
      EXPECT_THAT(changed(watch), ElementsAre(id)) << key << " ended";
      ASSERT_TRUE(base::remove_file(layout_.container_record(id, key)));
      EXPECT_THAT(changed(watch), ElementsAre(id)) << key << " removed";
    }
  }
}

TEST_F(WatchTest, AContainerOfFormat1Ends) {
  put(one_, "default", "web");
  const std::string exit = format_1::exit_path(layout_, one_, "main");
  ASSERT_TRUE(base::make_dirs(exit.substr(0, exit.rfind('/'))));
  Watch watch = this->watch();
  ASSERT_TRUE(base::write_file_durably(exit, "0 0 1\n"));
  EXPECT_THAT(changed(watch), ElementsAre(one_));
}

TEST_F(WatchTest, SeveralChangesComeAsOne) {
  put(one_, "default", "web");
  put(two_, "default", "db");
  Watch watch = this->watch();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(lock(one_).save(full_record()));
    ASSERT_TRUE(lock(two_).save(container(0)));
  }
  EXPECT_THAT(changed(watch), ElementsAre(one_, two_));
  EXPECT_TRUE(take(watch).empty());
}

// What is to be renamed into place is news only then.
TEST_F(WatchTest, AFileInTheMakingIsNoChange) {
  put(one_, "default", "web");
  ASSERT_TRUE(lock(one_).save(container(0)));
  Watch watch = this->watch();
  for (const std::string& dir : {layout_.box(one_), layout_.containers(one_)}) {
    const Fd file = base::open_file(dir + "/new.tmp", O_WRONLY | O_CREAT, 0600).value();
    EXPECT_THAT(changed(watch), IsEmpty());
    ASSERT_EQ(std::rename((dir + "/new.tmp").c_str(), (dir + "/new").c_str()), 0);
    EXPECT_THAT(changed(watch), ElementsAre(one_));
  }
}

TEST_F(WatchTest, WhatIsNoBoxYetIsNobodys) {
  put(one_, "default", "web");
  Watch watch = this->watch();
  const std::string unlocked = layout_.unlocked_box(two_);
  ASSERT_TRUE(base::make_dirs(unlocked));
  ASSERT_TRUE(store_.sweep());
  EXPECT_FALSE(base::path_exists(unlocked));
  EXPECT_THAT(changed(watch), IsEmpty());
}

TEST_F(WatchTest, ThePodsDirectoryNeedNotBeThere) {
  Watch watch = this->watch();
  ASSERT_TRUE(base::make_dirs(root_ + "/something-else"));
  EXPECT_TRUE(take(watch).empty());
  ASSERT_TRUE(base::make_dirs(layout_.directories().state));
  EXPECT_TRUE(take(watch).empty());
  put(one_, "default", "web");
  EXPECT_TRUE(take(watch).everything);
  ASSERT_TRUE(lock(one_).save(container(0)));
  EXPECT_THAT(changed(watch), ElementsAre(one_));
}

TEST_F(WatchTest, ThePodsDirectoryMayGoAndComeAgain) {
  put(one_, "default", "web");
  Watch watch = this->watch();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(base::remove_tree(layout_.directories().state));
    EXPECT_TRUE(take(watch).everything);
    put(two_, "default", "db");
    EXPECT_TRUE(take(watch).everything);
    ASSERT_TRUE(lock(two_).save(container(0)));
    EXPECT_THAT(changed(watch), ElementsAre(two_));
  }
}

TEST_F(WatchTest, WhatTheKernelCouldNotKeepMayBeEverything) {
  const auto kept = base::read_file("/proc/sys/fs/inotify/max_queued_events");
  ASSERT_TRUE(kept);
  const int limit = std::stoi(*kept);
  if (limit > 200'000) GTEST_SKIP() << "more than this test makes";
  put(one_, "default", "web");
  Watch watch = this->watch();
  const std::string a = layout_.box(one_) + "/a";
  const std::string b = layout_.box(one_) + "/b";
  ASSERT_TRUE(base::write_file_durably(a, ""));
  for (int i = 0; i < limit; ++i) ASSERT_EQ(std::rename((i % 2 == 0 ? a : b).c_str(), (i % 2 == 0 ? b : a).c_str()), 0);
  put(two_, "default", "db");  // nobody hears of it
  EXPECT_TRUE(take(watch).everything);
  ASSERT_TRUE(lock(two_).save(container(0)));
  EXPECT_THAT(changed(watch), ElementsAre(two_)) << "it is watched all the same";
}

TEST_F(WatchTest, SaysWhatIsUsedUp) {
  std::vector<Fd> taken;
  for (Fd fd(::inotify_init1(IN_CLOEXEC)); fd && taken.size() < 900; fd = Fd(::inotify_init1(IN_CLOEXEC)))
    taken.push_back(std::move(fd));
  if (taken.size() == 900) GTEST_SKIP() << "this user may have more instances than this test takes";
  const auto watch = Watch::on(layout_);
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().kind, Kind::busy);
  EXPECT_THAT(watch.error().what, testing::HasSubstr("fs.inotify.max_user_instances"));
}

// For want of a descriptor, to look into a box that is new.
TEST_F(WatchTest, WhatCouldNotBeWatchedIsTriedAgain) {
  put(one_, "default", "web");
  Watch watch = this->watch();
  put(two_, "default", "db");
  ASSERT_TRUE(lock(one_).save(container(0)));
  rlimit usual{};
  ::getrlimit(RLIMIT_NOFILE, &usual);
  const rlimit none{0, usual.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  EXPECT_THAT(changed(watch), ElementsAre(one_, two_)) << "nothing else is lost";
  EXPECT_TRUE(watch.gap());
  EXPECT_TRUE(take(watch).empty());
  EXPECT_TRUE(watch.gap());
  ::setrlimit(RLIMIT_NOFILE, &usual);
  EXPECT_TRUE(take(watch).everything);
  EXPECT_FALSE(watch.gap());
  ASSERT_TRUE(lock(two_).save(container(0)));
  EXPECT_THAT(changed(watch), ElementsAre(two_));
}

// A user namespace of its own has limits of its own.
TEST_F(WatchTest, SaysThatWatchesAreUsedUpUntilThereAreMore) {
  put(one_, "default", "web");
  put(two_, "default", "db");
  const pid_t pid = ::fork();
  if (pid == 0) {
    const char* const setting = "/proc/sys/user/max_inotify_watches";
    if (::unshare(CLONE_NEWUSER) != 0 || !base::write_in_place(setting, "2")) ::_exit(77);
    auto watch = Watch::on(layout_);
    const bool is_told = watch && watch->gap() && watch->gap()->kind == Kind::busy;
    const bool is_none_yet = is_told && take(*watch).empty() && watch->gap();
    const bool is_more = static_cast<bool>(base::write_in_place(setting, "100"));
    ::_exit(is_none_yet && is_more && take(*watch).everything && !watch->gap() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no user namespace is to be had here";
  EXPECT_EQ(status, 0);
}

TEST_F(WatchTest, TheEndOfAProcessIsAChange) {
  put(one_, "default", "web");
  Watch watch = this->watch();
  Fd pidfd;
  const auto pid = clone_process(SIGCHLD, &pidfd);
  ASSERT_TRUE(pid);
  if (*pid == 0) {
    ::pause();
    ::_exit(0);
  }
  const ProcessId process = std::move(identify(*pid, pidfd.get())).value();
  for (int i = 0; i < 2; ++i) {
    const auto follows = watch.follow(one_, process);
    ASSERT_TRUE(follows);
    EXPECT_TRUE(*follows);
  }
  EXPECT_FALSE(is_ready(watch));
  ASSERT_EQ(::kill(*pid, SIGKILL), 0);
  ASSERT_EQ(::waitpid(*pid, nullptr, 0), *pid);
  EXPECT_THAT(changed(watch), ElementsAre(one_));
  const auto follows = watch.follow(one_, process);
  ASSERT_TRUE(follows);
  EXPECT_FALSE(*follows) << "it has ended";
}

}  // namespace
}  // namespace podrun
