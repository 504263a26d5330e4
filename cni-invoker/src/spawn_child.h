// What the child does between fork and exec: in its cgroup, its process group and "/", with default signals and three
// descriptors. It makes system calls only: the parent may have threads.
#pragma once

#include <sys/types.h>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "spawn_cgroups.h"

namespace cni {

// What it tells before its exec.
struct ChildNote {
  enum Kind { born_in_cgroup, cannot_join_cgroup, cannot_change_directory, orphaned };
  Kind kind;
  int number;  // a pid; errno
};

struct Child {
  const Cgroups& cgroups;
  int notes;     // a pipe, close-on-exec
  pid_t parent;  // us, where the child is not to outlive us; else 0

  // Does not return where something fails; then a note says what.
  void prepare() const;

 private:
  bool be_born_in_cgroup() const;
  void tell(const ChildNote& note) const;
  [[noreturn]] void give_up(ChildNote::Kind kind) const;
};

// False at the end: when the child has become the plugin, or is no more.
bool next(const Fd& notes, ChildNote& note);
// Of a note that is a failure.
Error error_of(const ChildNote& note);

}  // namespace cni
