// Two processes and one lock. The other process is a forked child that talks over a pipe.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <optional>

#include "runtime/store/test_store.h"

namespace podrun {
namespace {

class Locks : public StoreTest {
 protected:
  Locks() { put(kId, "default", "web"); }

  // Forks a child that locks the box, says so, and holds it until killed or, if `hold_ms` is not 0, that long.
  pid_t hold_in_child(int hold_ms = 0) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe(ready.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto box = store_.lock(kId, 0);
      const char word = box ? 'y' : 'n';
      if (::write(ready[1], &word, 1) != 1) ::_exit(2);
      if (hold_ms == 0) ::pause();
      ::usleep(static_cast<useconds_t>(hold_ms) * 1000);
      ::_exit(0);
    }
    char word = 0;
    EXPECT_EQ(::read(ready[0], &word, 1), 1);
    EXPECT_EQ(word, 'y');
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }

  static void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  const std::string kId = test_id('c');
};

// A child, forked before the lock is taken (a fork shares the open file, and so the lock), that waits for the lock from
// come() on. Its answer is the error's kind, Kind::internal when it got the lock.
class Latecomer {
 public:
  Latecomer(const Store& store, const std::string& id) {
    EXPECT_EQ(::pipe(start_.data()), 0);
    child_ = ::fork();
    if (child_ != 0) return;
    char word = 0;
    if (::read(start_[0], &word, 1) != 1) ::_exit(99);
    const auto box = store.lock(id, 5000);
    ::_exit(static_cast<int>(box ? Kind::internal : box.error().kind));
  }
  void come() {
    EXPECT_EQ(::write(start_[1], "x", 1), 1);
    ::usleep(50'000);  // it waits on the inode by now; should it be late, the box is gone all the same
  }
  Kind answer() const {
    int status = -1;
    EXPECT_EQ(::waitpid(child_, &status, 0), child_);
    return WIFEXITED(status) ? static_cast<Kind>(WEXITSTATUS(status)) : Kind::internal;
  }

 private:
  std::array<int, 2> start_{};
  pid_t child_ = 0;
};

TEST_F(Locks, IsBusyWhileAnotherHoldsItAndNamesTheHolder) {
  const pid_t child = hold_in_child();
  const auto box = store_.lock(kId, 30);
  ASSERT_FALSE(box);
  EXPECT_EQ(box.error().kind, Kind::busy);
  const auto holder = store_.lock_holder(kId);
  ASSERT_TRUE(holder);
  EXPECT_EQ(*holder, child);
  end(child);
}

// Whatever stands in the file, nobody is named but a process: to kill(2), 0 and below are groups.
TEST_F(Locks, AHolderThatIsNoProcessIsNone) {
  const pid_t child = hold_in_child();
  for (const char* text : {"", "-1\n", "0\n", "x\n", "99999999999\n"}) {
    ASSERT_EQ(::truncate(store_.layout().lock(kId).c_str(), 0), 0);
    std::ofstream(store_.layout().lock(kId)) << text;
    const auto holder = store_.lock_holder(kId);
    ASSERT_TRUE(holder) << holder.error().what;
    EXPECT_EQ(*holder, 0) << text;
  }
  end(child);
}

// `delete --force` ends who is named: the last one's pid, or the beginning of it, may be anybody's by now.
TEST_F(Locks, AnUnnamedHolderIsToldAsNobody) {
  { EXPECT_TRUE(store_.lock(kId, 0)); }
  const auto box = store_.lock_unnamed(kId, 0);
  ASSERT_TRUE(box) << box.error().what;
  const pid_t asks = ::fork();
  if (asks == 0) ::_exit(store_.lock_holder(kId).value_or(-1) == 0 ? 0 : 1);
  int status = -1;
  ::waitpid(asks, &status, 0);
  EXPECT_EQ(status, 0);
}

// The lock's own file is all a holder needs, and it is there: so nobody is kept from a pod that is to make room.
TEST_F(Locks, AFullDiskKeepsNobodyFromALock) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr int kCannot = 2;
    const Layout full({root_ + "/full/state", root_ + "/data", root_ + "/netns"});
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mkdir((root_ + "/full").c_str(), 0700) != 0 ||
        ::mount("tmpfs", (root_ + "/full").c_str(), "tmpfs", 0, "size=256k") != 0)
      ::_exit(kCannot);
    const Store store(full);
    EXPECT_TRUE(store.create(kId));
    EXPECT_TRUE(store.create(test_id('d')));
    EXPECT_TRUE(base::write_file_durably(full.lock(test_id('d')), ""));  // it will need a block
    std::ofstream fills(root_ + "/full/fills");
    while (fills << std::string(4096, 'x') << std::flush) {
    }
    for (const auto& [id, known] : {std::pair{kId, true}, {test_id('d'), false}}) {
      const auto box = store.lock(id, 0);
      EXPECT_TRUE(box) << box.error().what;
      const pid_t asks = ::fork();
      if (asks == 0) ::_exit(store.lock_holder(id).value_or(-1) == (known ? ::getppid() : 0) ? 0 : 1);
      int status = -1;
      ::waitpid(asks, &status, 0);
      EXPECT_EQ(status, 0) << "another holder is told, or none";
    }
    ::_exit(HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "needs root";
  EXPECT_EQ(status, 0);
}

TEST_F(Locks, AKilledHolderHoldsNothing) {
  end(hold_in_child());
  const auto holder = store_.lock_holder(kId);  // its pid still stands in the file
  ASSERT_TRUE(holder);
  EXPECT_EQ(*holder, 0);
  EXPECT_TRUE(store_.lock(kId, 0));
}

TEST_F(Locks, WaitsForAHolderThatLetsGo) {
  const pid_t child = hold_in_child(50);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(store_.lock(kId, 5000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
  ::waitpid(child, nullptr, 0);
}

TEST_F(Locks, WhoWaitsLongLooksStillOften) {
  bool soon = false;
  for (int tries = 0; tries < 5 && !soon; ++tries) {  // one busy machine proves nothing
    const pid_t child = hold_in_child(700);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(store_.lock(kId, 60'000));
    soon = std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1100);
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_TRUE(soon);
}

TEST_F(Locks, WhoWaitedForABoxThatWasErasedIsTold) {
  Latecomer latecomer(store_, kId);
  {
    const auto box = store_.lock(kId, 0);
    ASSERT_TRUE(box);
    latecomer.come();
    ASSERT_TRUE(box->erase());
  }
  EXPECT_EQ(latecomer.answer(), Kind::not_found);
}

TEST_F(Locks, ABoxMadeAnewIsNotTheOneThatWasLocked) {
  Latecomer latecomer(store_, kId);
  std::optional<Box> fresh;
  {
    const auto box = store_.lock(kId, 0);
    ASSERT_TRUE(box);
    latecomer.come();
    ASSERT_TRUE(box->erase());
    fresh.emplace(store_.create(kId).value());
  }  // now the latecomer gets the old inode's lock, and must not believe it
  EXPECT_EQ(latecomer.answer(), Kind::not_found);
}

TEST_F(Locks, ABoxWhoseCreatorDiedBeforeItsLockCanBeLockedAndErased) {
  ASSERT_TRUE(base::remove_file(store_.layout().lock(kId)));
  const auto box = store_.lock(kId, 0);
  ASSERT_TRUE(box);
  EXPECT_TRUE(box->erase());
}

// As recover does it, whose first look may fall into any moment of a create.
TEST_F(Locks, ABoxThatIsBeingMadeIsInNobodysHands) {
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) {
      if (!store_.sweep()) ::_exit(1);
      for (const std::string& id : base::list_dir(store_.layout().pods()).value_or({}))
        if (const auto box = store_.lock(id, 0); box && !box->load()) (void)box->erase();
    }
  }
  for (int i = 0; i < 3000; ++i) {
    const std::string id = base::random_hex(32);
    const auto box = store_.create(id);
    EXPECT_TRUE(box) << box.error().what;
    if (!box) break;
    EXPECT_TRUE(base::path_exists(store_.layout().lock(id)));
    EXPECT_TRUE(box->erase());
  }
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "the sweep failed";
  end(child);
}

TEST_F(Locks, ABoxWhoseCreatorDiedBeforeTheRenameIsSweptAway) {
  const std::string dir = store_.layout().unlocked_box(test_id('d'));
  ASSERT_TRUE(base::make_dirs(dir));
  ASSERT_TRUE(store_.sweep());
  EXPECT_FALSE(base::path_exists(dir));
  ASSERT_TRUE(base::make_dirs(dir));
  ASSERT_TRUE(base::write_file_durably(dir + "/lock", ""));
  ASSERT_TRUE(store_.sweep());
  EXPECT_FALSE(base::path_exists(dir));
  EXPECT_TRUE(base::path_exists(store_.layout().box(kId)));
}

TEST_F(Locks, AreNotLeftToExecutedPrograms) {
  pid_t child = 0;
  {
    const auto box = store_.lock(kId, 0);
    ASSERT_TRUE(box);
    child = ::fork();
    if (child == 0) {
      ::execl("/bin/sleep", "sleep", "60", nullptr);
      ::_exit(127);
    }
  }
  EXPECT_TRUE(store_.lock(kId, 2000));
  end(child);
}

TEST_F(Locks, ALinkInPlaceOfTheLockIsNotFollowed) {
  ASSERT_TRUE(base::remove_file(store_.layout().lock(kId)));
  ASSERT_EQ(::symlink((root_ + "/precious").c_str(), store_.layout().lock(kId).c_str()), 0);
  EXPECT_FALSE(store_.lock(kId, 0));
  EXPECT_FALSE(base::path_exists(root_ + "/precious"));
}

}  // namespace
}  // namespace podrun
