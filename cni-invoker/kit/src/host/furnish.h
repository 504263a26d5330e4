// The files of a check's host: the machine's, so that plugins and what they call are there, and nothing that is written
// reaches them.
//
//   /                      an overlay on each of the machine's filesystems, with what is written in memory
//   /run /etc/cni /var/lib/cni   empty: the machine's own networks are not seen
//   /proc                  of the host's processes; of /proc/sys only net can be written
//   /sys                   of its links, and only they can be written
//   /dev                   null, zero, full, random, urandom, tty, net/tun, and terminals
//
// Where a filesystem takes no overlay it is there to be read, with an empty /tmp, /var/tmp and /var/log.
// All that is written is kKept bytes together at most.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::kit {

constexpr std::size_t kKept = 64U << 20U;

// A filesystem of the machine's, and what has been written on it since.
struct Layer {
  std::string at;  // where it is mounted, "/" or "/home"
  Fd written;      // directory of the files that were made or changed; of a removed one a device 0:0
  Fd below;        // the machine's directory, as it is
};

struct OwnHost {
  std::vector<Layer> layers;
};

// In mount, pid and network namespaces that are new, by the first process of them.
Result<OwnHost> furnish();

}  // namespace cni::kit
