// /proc/self/mountinfo, line by line (proc_pid_mountinfo(5)):
//
//     ID PARENT DEVICE ROOT TARGET OPTIONS [TAG…] - TYPE SOURCE SUPEROPTIONS
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun {

// Parts of the text, as the kernel spells them.
struct MountLine {
  std::uint64_t id = 0;      // as statx(2) tells it: stx_mnt_id
  std::string_view root;     // what of its filesystem is mounted: "/" for the whole
  std::string_view target;   // to be unescaped
  bool is_shared = false;    // what is mounted below it is so for its peers, too
  std::string_view type;     // "ext4"
  std::string_view options;  // of the filesystem: on cgroup v1 its controllers
};

Result<std::string> read_mountinfo();
void each_mount(std::string_view mountinfo, const std::function<void(const MountLine&)>& visit);

// A blank, say, is written \040.
std::string unescape_mount_field(std::string_view field);

}  // namespace podrun
