// Paths inside of a directory that is treated as "/": a container's root filesystem, or a volume. What they lead to is
// the image's to choose, and a container's that runs already. A link may lead anywhere inside; procfs's magic links
// lead out of it (CVE-2025-52881), so those are never followed. `root` is AT_FDCWD for who stands in its own root.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// `flags` as of open(2).
Result<Fd> open_inside(int root, const std::string& path, std::uint64_t flags);

// How directories are made that are missing.
struct Making {
  mode_t mode = 0755;       // whatever the umask
  std::uint32_t owner = 0;  // user and group; 0: the caller's. A group that the directory above hands down stays
};

// As the directory `root` is itself, which is what Kubernetes makes the directories of a subPath like.
Result<Making> like(int root, std::uint32_t owner = 0);

// What is at `path`, whatever it is, as O_PATH; where nothing is, a directory is made. Links as below.
Result<Fd> find_or_make_inside(int root, const std::string& path, const Making& making);

// What is at `path`, as O_PATH; where nothing is, made: the directories on the way, and the last as a file or a
// directory. Of a link that leads nowhere, what it names is made, as other runtimes do (/etc/resolv.conf of an image
// may lead to /run, which is empty).
Result<Fd> make_inside(int root, const std::string& path, bool is_file, const Making& making = {});

}  // namespace podrun
