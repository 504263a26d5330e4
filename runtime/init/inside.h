// Paths inside the root filesystem that the caller stands in: "/" is its root and its working directory. What they lead
// to is the image's to choose, and a container's that runs already. A link may lead anywhere inside; procfs's magic
// links lead out of it (CVE-2025-52881), so those are never followed.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun::init {

// `flags` as of open(2).
Result<Fd> open_inside(const std::string& path, std::uint64_t flags);

// What is at `path`, as O_PATH; where nothing is, made: the directories on the way, and the last as a file or a
// directory. Of a link that leads nowhere, what it names is made, as other runtimes do (/etc/resolv.conf of an image
// may lead to /run, which is empty).
Result<Fd> make_inside(const std::string& path, bool is_file);

}  // namespace podrun::init
