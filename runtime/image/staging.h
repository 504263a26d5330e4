// A directory to unpack into, which goes away with its owner, be it that the owner is done, fails or is killed.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::image {

// Owned by flock(2) on the directory itself: a lock file inside could not be made and locked in one step.
class Staging {
 public:
  // Makes <tmp_dir>/<random>. The directory is removed with this object.
  static Result<Staging> make(const std::string& tmp_dir);
  Staging(Staging&&) = default;
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  const std::string& path() const { return path_; }

  // Everything written in it reaches the disk, and all else that waits for that file system (syncfs(2)): thousands of
  // fsyncs would take longer.
  Result<void> sync() const;

 private:
  Staging(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  Fd lock_;
};

// Removes what dead processes left in `tmp_dir`. What cannot be removed now is left to the next call.
void remove_abandoned(const std::string& tmp_dir);

}  // namespace podrun::image
