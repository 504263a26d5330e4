// One file of the Container Device Interface: devices of a vendor, and what a container is given for each.
// Source: https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md (versions 0.3.0 to 1.1.0)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/model/mount.h"

namespace podrun::cdi {

// What is not said is that of the machine's node.
struct Node {
  std::string path;       // in the container, below /dev
  std::string host_path;  // the machine's node
  char type = 0;          // 'b' or 'c'
  std::optional<std::uint32_t> major, minor;
  std::optional<std::uint32_t> mode;      // its permissions alone
  std::optional<std::uint32_t> uid, gid;  // inside
  std::string permissions;                // for the cgroup: of r, w and m
};

struct Edits {
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Node> nodes;
  std::vector<MountPlan> mounts;  // of HostPaths, as they are written
  std::vector<std::uint32_t> groups;
  // What podrun cannot give, with its field; empty: nothing. The file's other devices are none the worse for it.
  std::string not_here;
};

struct Device {
  std::string name;
  Edits edits;
};

struct Spec {
  std::string kind;  // "vendor.com/class"
  Edits edits;       // with any of its devices
  std::vector<Device> devices;

  const Device* find(std::string_view device) const;
};

// JSON or YAML, each field known and of the right type: what an unknown one would have restricted nobody can tell.
// Errors are one line, and begin with `source`.
Result<Spec> read_spec(std::string_view text, const std::string& source);

}  // namespace podrun::cdi
