// What was decided about a pod and its containers, before the first side effect. On disk from create to remove: whoever
// makes, starts or takes away something of the pod later asks neither the manifest nor the image again. A plan never
// contains a record.
#pragma once

#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/devices.h"
#include "runtime/model/mount.h"
#include "runtime/model/probe.h"
#include "runtime/model/process.h"
#include "runtime/model/spec.h"
#include "runtime/model/volume.h"

namespace podrun {

struct Identity {
  std::string id;   // 64 hex digits; also CNI_CONTAINERID
  std::string uid;  // the Pod's metadata.uid, else a UUID
  std::string name;
  std::string name_space;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string manifest;  // compact JSON of the Pod as asked for
  std::string source;    // what -f named: absolute paths, a line each; empty where stdin was among them
  std::string given;     // digest of what it refers to, and of all else that its containers are given; may be empty
  // Of a pod that came by the CRI; else both are empty.
  std::string cri = {};      // the request that made it, as it was on the wire, in Base64
  std::string cri_key = {};  // digest of name, namespace, uid and attempt, which together are its alone

  // What it reserves (Store::reserve_name): nobody else may have the same while it is there.
  std::pair<std::string, std::string> reserved() const {
    return cri_key.empty() ? std::pair{name_space, name} : std::pair{std::string("cri"), cri_key};
  }
};

struct Namespaces {
  std::uint64_t pause = 0;  // CLONE_NEW* made with pause
  std::uint64_t join = 0;   // those that a container joins
  std::uint64_t fresh = 0;  // those that it makes for itself
  bool host_network = false;
  bool host_users = false;
};

// What the three files in /etc are made of that all containers of a pod share.
struct EtcFiles {
  std::string hostname;
  std::string fqdn;  // empty: it has none but the hostname
  std::vector<HostAlias> aliases;
  DnsSpec dns;
  bool host_network = false;
  std::string host_hosts;  // what the host has
  std::string host_resolv_conf;
  std::string host_resolv_problem;  // why it has none
};

// How much of what a container prints is kept.
struct LogLimits {
  std::uint64_t bytes = 10U << 20U;  // of one file; the kubelet's containerLogMaxSize
  std::uint32_t files = 5;           // with the one being written; its containerLogMaxFiles
};

// What a container is given of the machine.
struct Allotment {
  CgroupLimits limits;
  int oom_score_adj = 0;
};

// Ids of a user namespace, from 0 on.
struct IdMap {
  std::uint32_t base = 0;  // on the host
  std::uint32_t count = 0;
};

struct PodPlan {
  Identity who;
  Namespaces namespaces;
  EtcFiles etc;
  std::vector<VolumePlan> volumes;
  std::optional<VolumeGroup> volume_group;
  std::vector<PortSpec> host_ports;
  std::vector<std::pair<std::string, std::string>> sysctls;  // of the pod's own namespaces
  LogLimits log_limits;                                      // of each container
  std::string hostname;
  std::string netns_path;   // where the network namespace is pinned; empty with the host's
  std::string cgroup_path;  // "PARENT/podrun-ID", below each hierarchy's mount
  CgroupLimits limits;      // of its containers together
  // Of containers that were given something else after they had been made: it goes before ContainerPlan's, so that one
  // write changes all of a pod.
  std::map<std::string, Allotment> allotments;
  std::optional<IdMap> ids;           // of its user namespace, where it may not choose; empty: 65,536 that are its own
  std::uint32_t grace_period = 30;    // seconds
  bool devices_by_container = false;  // not all of them may use the same ones
  RestartPolicy restart = RestartPolicy::never;
  std::optional<std::uint32_t> active_deadline;  // seconds from its start on; has it not ended by then, it has failed
  bool removed_at_end = false;                   // it goes once all of it has ended for good, and with a stop
  std::vector<std::string> networks;             // as they were asked for: "NETWORK[@INTERFACE]" each
};

struct StdioPlan {
  bool has_stdin = false;   // of its own, for clients to write to; else /dev/null
  bool stdin_once = false;  // closed when the first client that wrote to it goes
};

// A device that a container has beside those that all have.
struct DeviceNode {
  std::string path;                // in the container, below /dev
  devices::Rule rule;              // what may be done with it; of one device
  std::uint32_t mode = 0;          // of the node, as mknod(2) takes it
  std::uint32_t uid = 0, gid = 0;  // on the host
};

struct ContainerPlan {
  std::string id;   // of one that came by the CRI: 64 hex digits; else empty
  std::string cri;  // the same: the configuration that it was made of, as it was on the wire, in Base64
  std::string name;
  std::uint32_t attempt = 0;   // each is made once, runs once and ends once
  std::uint32_t position = 0;  // among the pod's containers: init containers and sidecars first, in their order
  ContainerRole role = ContainerRole::main;
  std::string target;        // of an ephemeral one: the container whose pid namespace it has; may be empty
  std::string asked;         // of one that no manifest has, an ephemeral one or the CRI's: JSON of it as asked for
  std::string image;         // as the manifest has it
  std::string image_id;      // of one that came by the CRI: digest of its config
  std::string image_digest;  // empty for rootfs:
  std::vector<std::string> layers;  // lowest first
  std::uint64_t join = 0;           // CLONE_NEW* of pause's
  std::uint64_t fresh = 0;          // CLONE_NEW* of its own
  std::vector<MountPlan> mounts;
  std::vector<std::string> masked;
  std::vector<std::string> read_only;  // paths
  Process process;
  CgroupLimits limits;
  std::uint64_t disk_bytes = 0;  // of its layer and logs; of more the pod is evicted; 0: no limit
  DeviceAccess devices = DeviceAccess::as_pod;
  std::vector<DeviceNode> device_nodes;
  int oom_score_adj = 0;
  StdioPlan stdio;
  int stop_signal = SIGTERM;  // asks it to end
  OwnRestart restart;
  ProbesPlan probes;
  HooksPlan hooks;
  TerminationMessage termination_message;
  std::string log_path;
  std::string writable;  // directory of its writable layer
  std::string cgroup;    // its name below the pod's

  // "web.0": no name has a dot (they are DNS labels), so it is unambiguous.
  std::string key() const { return name + "." + std::to_string(attempt); }
};

}  // namespace podrun
