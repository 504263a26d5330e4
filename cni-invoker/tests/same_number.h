// A namespace made anew under the inode number of one that is gone, as `ip netns del blue; ip netns add blue` does it
// on a machine where little else happens.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <thread>

#include "cni/base/fd.h"

namespace cni::testing {

inline ino_t inode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// Calls make() until the namespace that it leaves at `path` has that number, and unmake() after each that has not.
// False if that takes longer than a minute.
//
// The kernel gives the lowest number that is free, so those below are taken first, by UTS namespaces. Before its own
// some kernels take a few for files in /proc/net: these get the last of ours.
inline bool make_with_number(ino_t number, const std::string& path, const std::function<void()>& make,
                             const std::function<void()>& unmake) {
  std::map<ino_t, base::Fd> taken;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (std::size_t spare = 0; std::chrono::steady_clock::now() < deadline;) {
    base::Fd one;
    std::thread([&] {
      if (::unshare(CLONE_NEWUTS) == 0) one.reset(::open("/proc/thread-self/ns/uts", O_RDONLY | O_CLOEXEC));
    }).join();
    struct stat info {};
    if (!one || ::fstat(one.get(), &info) != 0) return false;
    if (info.st_ino < number) {
      taken[info.st_ino] = std::move(one);
      continue;
    }
    one.reset();
    if (info.st_ino == number) {
      for (std::size_t i = 0; i < spare && !taken.empty(); ++i) taken.erase(std::prev(taken.end()));
      make();
      if (inode_of(path) == number) return true;
      unmake();
      spare = (spare + 1) % 8;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // the end of a network namespace takes a moment
  }
  return false;
}

}  // namespace cni::testing
