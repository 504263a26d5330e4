// Who may run plugins when, between processes and between threads (flock counts per open file). Operations on one
// container are serial, whatever their networks; different containers run side by side; GC runs alone. A killed holder
// holds nothing.
//
//   DIR/turn            taken by everybody for a moment, by GC until it has `all`: so GC is not starved
//   DIR/all             shared by containers' operations, exclusive for GC
//   DIR/container.ID    exclusive; made and removed by its holder, or by a sweep after the holder was killed
//   DIR/first           exclusive, for an ADD that may be the first of its kind since the machine has started
//   DIR/made/BOOT.KIND  there since one of that kind has succeeded
#pragma once

#include <chrono>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni {

class Lock {
 public:
  Lock() = default;
  Lock(Lock&&) = default;
  Lock& operator=(Lock&&) = delete;
  ~Lock();

 private:
  friend Result<Lock> lock_container(const std::string&, const std::string&, std::chrono::milliseconds, int);
  friend Result<Lock> lock_all(const std::string&, std::chrono::milliseconds, int);
  friend Result<void> sweep_locks(const std::string&);
  Fd all_;
  Fd container_;
  std::string container_path_;
};

// Kind::busy when the lock could not be had within `limit`, EINTR when `cancel_fd` ended the wait
// (cancel.h). `container_id` is checked already.
Result<Lock> lock_container(const std::string& dir, const std::string& container_id, std::chrono::milliseconds limit,
                            int cancel_fd = -1);
Result<Lock> lock_all(const std::string& dir, std::chrono::milliseconds limit, int cancel_fd = -1);

// What all containers of a network share, a bridge, chains, rules, plugins make when they find it missing, and several
// at once are not expected: one fails with "File exists", or both make it (firewall and portmap, up to 1.10.0 at
// least). So the first ADD is alone with it. Nobody sees when somebody takes it away later, by `nft flush ruleset` say:
// the ADDs that meet then fail once, and the next one is the first again.
class FirstAdd {
 public:
  // `kind` is a file name: ADDs of one kind make the same. Waits while another may be making it, but not for long, and
  // never fails: after five seconds it goes on beside one that hangs. It comes after the container's lock.
  FirstAdd(const std::string& dir, const std::string& boot_id, const std::string& kind, std::chrono::milliseconds limit,
           int cancel_fd = -1);
  // It is made: nobody waits any longer.
  void succeeded() const;
  // Perhaps it is no longer there.
  void failed() const;

 private:
  std::string marks_;  // a directory
  std::string mark_;
  bool is_marked_ = false;
  Fd held_;
};

// Removes the files of containers' locks that nobody holds, and marks of older boots.
Result<void> sweep_locks(const std::string& dir);

}  // namespace cni
