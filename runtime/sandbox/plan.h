// PodPlan: everything decided. make_plan is pure (what it has to know of the machine is an argument), so every decision
// is tested without root, and what can be refused is refused here, before the first side effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/image/image.h"
#include "runtime/init/plan.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/manifest/spec.h"
#include "runtime/sandbox/host_files.h"
#include "runtime/sandbox/network_plan.h"
#include "runtime/shim/protocol.h"
#include "runtime/store/layout.h"
#include "runtime/store/record.h"

namespace podrun {

// A container's image and what its own files say about users.
struct ImageFacts {
  Image image;
  std::string passwd;
  std::string group;
};

struct HostFacts {
  std::string id;   // of the new pod: 64 hex digits
  std::string uid;  // of the new Pod object: a UUID
  std::string boot_id;
  std::int64_t now = 0;  // nanoseconds since the epoch
  CgroupHost cgroup;
  std::string cgroup_parent;
  std::uint64_t memory_bytes = 0;       // of the machine
  std::string hostname;                 // the host's own
  HostFile hosts;                       // the host's /etc/hosts and
  HostFile resolv_conf;                 // /etc/resolv.conf
  std::vector<ImageFacts> images;       // one a container, in their order
  std::vector<ChosenNetwork> networks;  // in the order of attachment, the primary first; empty: no CNI
};

struct ContainerPlan {
  ContainerRecord record;  // what is known before it runs
  ImageLayers layers;
  std::string writable;  // directory for the overlay's upper and work
  std::string exit_dir;  // directory the shim writes the exit file to
  CgroupLimits limits;
  shim::LogLimits log;
  int oom_score_adj = 0;
  init::Root root;
};

// The files that all containers of a pod share.
struct EtcFiles {
  std::string hostname;
  std::vector<HostAlias> aliases;
  DnsSpec dns;
  bool host_network = false;
  std::string host_hosts;  // what the host has
  std::string host_resolv_conf;
  std::string host_resolv_problem;  // why it has none
};

struct PodPlan {
  PodRecord record;  // state creating
  CgroupHost cgroup_host;
  std::uint64_t pause_namespaces = 0;  // CLONE_NEW* to make
  std::uint64_t join = 0;              // those a container joins
  std::uint64_t fresh = 0;             // those it makes for itself
  init::Plan pause;
  std::vector<ContainerPlan> containers;
  std::vector<NetworkPlan> networks;
  std::vector<PortSpec> host_ports;
  EtcFiles etc;
};

Result<PodPlan> make_plan(const PodSpec& spec, const HostFacts& facts, const Layout& layout);

}  // namespace podrun
