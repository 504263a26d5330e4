// Which device nodes a cgroup may open or make: one list of rules, given to v1's devices controller as text or to v2 as
// an eBPF program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::devices {

struct Rule {
  char type = 'c';                     // 'c' or 'b'
  std::optional<std::uint32_t> major;  // empty: any
  std::optional<std::uint32_t> minor;
  bool read = false, write = false, make = false;
};

// What every container may use: null zero full tty random urandom, ptmx and its slaves; mknod of anything (a node that
// is made still cannot be opened). Not 5:1, which others allow: a container's /dev/console is a pty, 5:1 is the
// machine's.
std::span<const Rule> default_rules();

// Device nodes that /dev holds.
struct Node {
  const char* name;
  std::uint32_t major, minor;
};
std::span<const Node> default_nodes();

// "c 1:3 rwm", as devices.allow takes it.
std::string to_text(const Rule& rule);

// cgroup v2: loads a BPF_PROG_TYPE_CGROUP_DEVICE program that allows just `rules`, and attaches it to the cgroup
// directory. It lives as long as the cgroup.
Result<void> attach_v2(int cgroup_dir, std::span<const Rule> rules);

}  // namespace podrun::devices
