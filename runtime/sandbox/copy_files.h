// Files and directories between the host and a container that runs, as a stream.
//
//     podrun                                      a child of ours in the container's root
//       unpack, or stdout   ◀──── tar ────────────  pack            copy_out
//       pack, or stdin      ───── tar ───────────▶  unpack          copy_in
//                           ◀──── what was copied, or the error
//
// Whatever a container does with links, mounts and races happens in its own root and with its own rights. So the side
// that reads or writes there is a process that has left the host: its mounts, its users, its descriptors. What comes
// out of a container is unpacked with the care that image layers are.
#pragma once

#include <optional>
#include <string>

#include "runtime/copy/tally.h"
#include "runtime/sandbox/host.h"

namespace podrun {

struct CopyOptions {
  std::string inside;                       // a path in the container, absolute
  std::optional<std::string> outside = {};  // on the host; nullopt: a tar on stdin or stdout
  bool preserves = true;                    // modes and times
};

// Both: the caller has one thread. A request to end (base/interruption.h) ends them. Errors name the path; those of
// reading and writing also what was copied before. Kind::not_found where the container does not run; Kind::denied into
// a pod of the host's users unless runs_read_only() (exec.h).
Result<copy::Tally> copy_out(const PodRecord& pod, const ContainerRecord& container, const CopyOptions& options);
Result<copy::Tally> copy_in(const PodRecord& pod, const ContainerRecord& container, const CopyOptions& options);

}  // namespace podrun
