// Mounts by file descriptor (fsopen(2), open_tree(2), mount_setattr(2), move_mount(2)): a detached mount is undone by
// closing it, so the host's mount table never shows ours and a crash leaves none behind.
#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::mounts {

using Options = std::vector<std::pair<std::string, std::string>>;  // an empty value is a flag

// A new instance of a filesystem, detached. `attributes`: MOUNT_ATTR_*. Errors carry the kernel's own message where
// fsconfig left one.
Result<Fd> make(const std::string& type, const Options& options, std::uint64_t attributes);

// The same, some of whose options are descriptors: "lowerdir+" and others of overlay, from Linux 6.13 on.
// Kind::unsupported where they cannot be.
using Descriptors = std::vector<std::pair<std::string, Fd>>;
Result<Fd> make(const std::string& type, const Descriptors& descriptors, const Options& options,
                std::uint64_t attributes);

// A detached copy of the mount at `path` (relative to `dir`, or dir itself when path is empty), with `attributes`
// added. It is private: a copy of a shared mount would be its peer, and what happens in a container would happen on the
// host.
Result<Fd> clone(int dir, const std::string& path, std::uint64_t attributes = 0);

// The same with all that is mounted below it, and as it is.
// `propagation`: MS_PRIVATE, MS_SLAVE for one in which later mounts of the host show, or 0 for a peer of the host's,
// where that is shared.
Result<Fd> clone_tree(int dir, const std::string& path, std::uint64_t propagation);

Result<void> set_attributes(int mount, std::uint64_t set, std::uint64_t clear = 0, bool recursive = false);

// Maps the ids on a detached mount through `user_ns`, or on all of a tree of mounts. Kind::unsupported where a
// filesystem or the kernel cannot.
Result<void> idmap(int mount, int user_ns, bool recursive = false);

// Attaches a detached mount at `path`, relative to `dir`.
Result<void> attach(int mount, int dir, const std::string& path);

// In a new mount namespace, before anything else: "/" is a shared mount wherever systemd runs, and what is mounted in a
// copy of it would be mounted on the host too. Unmounts of the host still come in, so that the copy keeps nothing busy.
Result<void> stop_propagation();

// Makes the mount `root` the root of the caller's mount namespace and drops the old root out of sight.
Result<void> pivot_into(int root);

// A file that is a program, on a read-only detached mount of itself: what execs it cannot be made to overwrite it
// through /proc/self/exe (CVE-2019-5736), and it costs no memory, as a sealed copy would.
Result<Fd> read_only_program(const std::string& path);

// The caller in a mount namespace of its own until this object ends, standing in an empty tmpfs: a place to attach the
// layers an overlay is made of under short names, without showing them to anybody. (Before Linux 6.15 overlay refuses
// layers that are not attached in the caller's mount namespace; fsconfig strings end at 255 bytes.) Only for callers
// with one thread.
class PrivateNamespace {
 public:
  static Result<PrivateNamespace> enter();
  PrivateNamespace(PrivateNamespace&&) = default;
  PrivateNamespace& operator=(PrivateNamespace&&) = delete;
  ~PrivateNamespace();

  int scratch() const { return scratch_.get(); }

 private:
  PrivateNamespace(Fd original, Fd cwd) : original_(std::move(original)), cwd_(std::move(cwd)) {}
  Fd original_;
  Fd cwd_;
  Fd scratch_;
};

}  // namespace podrun::mounts
