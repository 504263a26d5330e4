// PodRecord: what exists. The only type of ours that is written to disk, and all that delete and recover need. The file
// is a claim; whether a process lives is asked of the kernel (state_of).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/netns.h"
#include "runtime/kernel/capabilities.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/types.h"

namespace podrun {

// How a process of a container is started: kept so that `exec` needs neither image nor manifest.
struct ProcessSettings {
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string cwd = "/";
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;
  capabilities::Set capabilities = 0;
  bool no_new_privileges = true;
  bool seccomp = true;  // the default profile
};

struct ContainerRecord {
  std::string name;
  std::string image;            // as the manifest has it
  std::string image_digest;     // empty for rootfs:
  ProcessId process;            // empty until started
  std::int64_t started_at = 0;  // nanoseconds since the epoch
  std::string log_path;
  ProcessSettings settings;
  std::map<std::string, std::uint64_t> namespaces;  // inodes of its own: mnt, pid, cgroup
};

struct NetworkRecord {
  std::string network;  // name of the CNI network
  std::string interface_name;
  std::string result;  // the CNI result as JSON text, in the network's version
};

struct Timing {
  std::string step;  // "create cgroup", "plugin bridge ADD"
  std::uint64_t microseconds = 0;
};

// A line that a CNI plugin printed on stderr.
struct PluginMessage {
  std::string plugin;  // "bridge ADD"
  std::string text;
};

enum class PodState {
  creating,  // a create is under way, or died: recover finishes the delete
  ready,     // made; whether it still lives is the kernel's to say
  deleting,  // a delete is under way, or died, or failed: delete again
};
const char* to_text(PodState state);  // "ready"

struct PodRecord {
  static constexpr int kFormat = 1;

  std::string id;   // 64 hex digits; also CNI_CONTAINERID
  std::string uid;  // the Pod's metadata.uid, else a UUID
  std::string name;
  std::string name_space;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string manifest;             // compact JSON of the Pod as asked for
  std::uint32_t grace_period = 30;  // seconds

  PodState state = PodState::creating;
  std::string failure;          // why a delete could not finish; empty otherwise
  std::string boot_id;          // of /proc/sys/kernel/random/boot_id: an older one means nothing of it runs any more
  std::int64_t created_at = 0;  // nanoseconds since the epoch
  // Until when a delete gives the containers time, while the state is ready still: CLOCK_BOOTTIME, nanoseconds; 0: none
  // has been asked for.
  std::int64_t deadline = 0;
  bool is_terminating() const { return state == PodState::deleting || deadline != 0; }

  ProcessId shim;
  ProcessId pause;
  std::vector<std::uint32_t> plugin_sessions;  // of the podruns that have run its plugins: PluginTraces
  std::map<std::string, std::uint64_t> namespaces;  // pause's seven, by kernel name
  bool host_network = false;
  bool host_users = false;
  std::uint32_t id_base = 0;  // first host id of the pod's 65,536; 0 with host_users
  std::string netns_path;     // pinned namespace; empty with host_network
  base::NetnsIdentity netns_identity;
  std::string cgroup_parent;  // as given; empty for the root
  std::string cgroup_path;    // "/podrun-ID" under the parent

  std::vector<ContainerRecord> containers;
  std::vector<NetworkRecord> networks;
  std::vector<std::string> ips;  // pod IPs without prefix length, the primary first
  std::string hostname;
  std::vector<Timing> timings;
  std::vector<PluginMessage> plugin_messages;  // the last lines
};

std::string to_json(const PodRecord& record);
// Kind::corrupt when the text is no record of a format this version reads.
Result<PodRecord> record_from_json(const std::string& text);

}  // namespace podrun
