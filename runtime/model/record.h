// What exists: a plan, and the life of what it became. All that delete and recover need, and the only types of ours on
// disk (store/record_json.h). The file is a claim; whether a process lives is asked of the kernel (state_of).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/netns.h"
#include "runtime/kernel/process.h"
#include "runtime/model/plan.h"

namespace podrun {

struct ContainerLife {
  std::int64_t created_at = 0;                      // nanoseconds since the epoch
  std::int64_t started_at = 0;                      // the same; 0 until its process may become the payload
  ProcessId process;                                // empty until then
  std::map<std::string, std::uint64_t> namespaces;  // inodes of its own: mnt, pid, cgroup
  std::string failure;                              // why it could not become its payload; empty otherwise
  // Nanoseconds that the next attempt waits from this one's end on, unless this one runs long enough: decided when this
  // one was, so that the end of attempt N needs nothing of the attempts before (tend/back_off.h). 0: it does not wait.
  std::int64_t back_off = 0;
  // The holes in its variables that were filled from files of volumes when it was launched, and with what.
  std::map<std::string, std::string> file_values;
  bool held = false;  // somebody asked it to end: it is not made again by itself
};

struct ContainerRecord {
  ContainerPlan plan;
  ContainerLife life;
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
  stopping,  // a stop is under way, or died, or failed: stop again
  starting,  // made to run again after a stop; where that died: stop again
  stopped,   // nothing of it runs or is attached; its containers' layers and logs are kept: start, or delete
};

struct PodLife {
  PodState state = PodState::creating;
  std::string failure;          // why a delete could not finish; empty otherwise
  std::string boot_id;          // of /proc/sys/kernel/random/boot_id: an older one means nothing of it runs any more
  std::int64_t created_at = 0;  // nanoseconds since the epoch
  // Until when a delete gives the containers time, while the state is ready still, or a stop: CLOCK_BOOTTIME,
  // nanoseconds; 0: none has been asked for.
  std::int64_t deadline = 0;
  std::string evicted;    // why it is ended: it has used more of the disk than it may; else empty
  bool resizing = false;  // cgroups may not have what the plan gives yet: an update is under way, or died
  ProcessId shim;
  ProcessId pause;
  std::vector<std::uint32_t> plugin_sessions;       // of the podruns that have run its plugins: PluginTraces
  std::map<std::string, std::uint64_t> namespaces;  // inodes of pause's seven, by kernel name
  base::NetnsIdentity netns_identity;               // of the network namespace that is pinned; empty until then
  std::uint32_t id_base = 0;                        // first host id of the pod's 65,536; 0 with the host's users
  std::vector<NetworkRecord> networks;
  std::vector<std::string> ips;       // without prefix length, the primary first
  std::vector<std::string> host_ips;  // of the machine, when the pod began: of each family the one it is reached by
  std::vector<Timing> timings;
  std::vector<PluginMessage> plugin_messages;  // the last lines

  bool is_terminating() const { return state == PodState::deleting || (state == PodState::ready && deadline != 0); }
};

struct PodRecord {
  PodPlan plan;
  PodLife life;
};

// Of a pod that was made by a podrun which recorded less only its end is known.
inline bool can_start_again(const PodPlan& pod) { return pod.namespaces.pause != 0; }

// A pod with its containers.
struct Pod {
  PodRecord record;
  std::vector<ContainerRecord> containers;  // the latest attempt of each, in their order
  std::vector<ContainerRecord> previous;    // attempts before those that are still on record, lower numbers first
  std::vector<std::string> broken;          // keys of those whose record cannot be read, and that may be the latest
};

}  // namespace podrun
