#include "runtime/cri/stamp.h"

#include <sys/stat.h>

#include <tuple>

#include "runtime/kernel/clock.h"

namespace podrun::cri {
namespace {

constexpr std::int64_t kTicks = 100'000'000;  // nanoseconds, several

}  // namespace

std::optional<Stamp> Stamp::of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  Stamp stamp;
  stamp.device_ = info.st_dev;
  stamp.inode_ = info.st_ino;
  stamp.changed_ = info.st_ctim;
  stamp.has_settled_ = info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec < wall_time() - kTicks;
  return stamp;
}

bool Stamp::operator==(const Stamp& other) const {
  return std::tie(device_, inode_, changed_.tv_sec, changed_.tv_nsec) ==
         std::tie(other.device_, other.inode_, other.changed_.tv_sec, other.changed_.tv_nsec);
}

}  // namespace podrun::cri
