// Files that are written beside their places, and what killed writers leave of them.
#include "disk.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "cni/base/files.h"
#include "store_support.h"

namespace cni {
namespace {

using ::testing::ElementsAre;
using testing::mode_of;

class TemporariesTest : public ::testing::Test {
 protected:
  void sweep() {
    const auto swept =
        sweep_temporaries(temp.path(), [](const std::string& name) { return name.starts_with("spared"); });
    ASSERT_TRUE(swept) << swept.error().what;
  }
  std::vector<std::string> names() { return base::list_dir(temp.path()).value(); }
  testing::TempDir temp;
};

TEST_F(TemporariesTest, WhatNobodyWritesIsSweptAndNothingElse) {
  for (const char* name : {"x.tmp.0123abcd", "spared.tmp.0123abcd", "x.tmp.0123ABCD", "x.tmp.0123abcde",
                           "x.tmp.123abcd", ".tmp.0123abcd", "x.tmp", "x"})
    temp.write(name, "");
  const Fd writer = base::open_file(temp.write("live.tmp.0123abcd", ""), O_WRONLY).value();
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  sweep();
  EXPECT_THAT(names(), ElementsAre(".tmp.0123abcd", "live.tmp.0123abcd", "spared.tmp.0123abcd", "x", "x.tmp",
                                   "x.tmp.0123ABCD", "x.tmp.0123abcde", "x.tmp.123abcd"));
  EXPECT_TRUE(sweep_temporaries(temp.path() + "/none", [](const std::string&) { return false; }));
}

TEST_F(TemporariesTest, ASweepNeverTakesAFileFromItsWriter) {
  std::atomic<bool> done = false;
  std::thread sweeper([&] {
    while (!done) sweep();
  });
  for (int i = 0; i < 500; ++i) {
    const auto written = write_file_atomically(temp.path() + "/file", std::to_string(i));
    EXPECT_TRUE(written) << written.error().what;
    EXPECT_EQ(testing::read(temp.path() + "/file"), std::to_string(i));
  }
  done = true;
  sweeper.join();
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(TemporariesTest, DurablyWrittenFilesReplaceToo) {
  temp.write("file", "old");
  ASSERT_TRUE(write_file_durably(temp.path() + "/file", "new"));
  EXPECT_EQ(testing::read(temp.path() + "/file"), "new");
  EXPECT_EQ(mode_of(temp.path() + "/file"), 0600U);
  EXPECT_FALSE(write_file_durably(temp.path() + "/none/file", ""));
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(TemporariesTest, AreFlushedOnTheSpotWhereNoThreadIsToBeHad) {
  pthread_attr_t before{}, huge{};
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ::pthread_attr_init(&huge);
  ::pthread_attr_setstacksize(&huge, std::size_t{1} << 47U);  // which finds no place
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  auto sync = BackgroundSync::start(write_file_atomically(temp.path() + "/file", "x").value(), temp.path() + "/");
  ::pthread_setattr_default_np(&before);
  ASSERT_TRUE(sync) << sync.error().what;
  pollfd done{.fd = sync->done_fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&done, 1, 0), 1) << "a plugin that is to be given its input then would wait for ever";
  char byte = 0;
  EXPECT_EQ(::read(done.fd, &byte, 1), 1);
  EXPECT_TRUE(sync->wait());
}

}  // namespace
}  // namespace cni
