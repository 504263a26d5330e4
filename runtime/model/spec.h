// PodSpec: what the user asked for, parsed and checked, nothing decided yet. Made from a Kubernetes Pod manifest
// (manifest.h); every field is named after the Pod field it comes from.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model/apparmor.h"
#include "runtime/model/probe.h"
#include "runtime/model/volume_spec.h"

namespace podrun {

struct PortSpec {
  std::string name;
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;   // 0: not published
  std::string host_ip;           // empty: every address of the host; else as the kernel spells it
  std::string protocol = "tcp";  // tcp, udp or sctp, lower case as CNI wants it
};

struct ResourceSpec {
  std::optional<std::uint64_t> memory_limit;    // bytes
  std::optional<std::uint64_t> memory_request;  // bytes; spares it from the OOM killer, and is kept from reclaim
  std::optional<std::uint64_t> cpu_limit;       // thousandths of a processor
  std::optional<std::uint64_t> cpu_request;     // thousandths of a processor; becomes the cgroup's weight
  std::optional<std::uint64_t> disk_limit;      // bytes of its layer and logs (limits.ephemeral-storage)
  std::optional<std::uint64_t> pids_limit;      // processes and threads (limits["podrun.io/pids"])
};

struct SecuritySpec {
  std::optional<std::uint32_t> run_as_user;  // an id inside the pod's user namespace
  std::optional<std::uint32_t> run_as_group;
  bool run_as_non_root = false;
  std::vector<std::uint32_t> groups;  // beside those that the image gives the user
  bool groups_of_image = true;        // false: those are left out (supplementalGroupsPolicy: Strict)
  bool privileged = false;         // every capability, no filter, nothing masked; true is in the fields below as well
  bool masks_kernel_files = true;  // false with procMount: Unmasked
  std::vector<std::string> add_capabilities;  // upper case, without CAP_; "ALL" allowed
  std::vector<std::string> drop_capabilities;
  bool read_only_root = false;
  bool no_new_privileges = true;  // false only with allowPrivilegeEscalation: true
  bool seccomp = true;            // false only where Unconfined is asked for
  std::string seccomp_profile;    // its file, below the machine's directory of profiles; empty: podrun's default one
  AppArmorSpec apparmor;
};

// When a container runs, beside the others of its pod (Kubernetes: "Init Containers", "Sidecar Containers").
enum class ContainerRole : std::uint8_t {
  main,       // with the other main ones, once all init containers have succeeded
  init,       // alone, to its end, in the order of the manifest
  sidecar,    // an init container with restartPolicy Always: from its turn on, beside all that come later
  ephemeral,  // added to a pod that stands, to look at it; once, and of no account to the pod ("Ephemeral Containers")
};

// Of the manifest's initContainers.
inline bool is_init(ContainerRole role) { return role == ContainerRole::init || role == ContainerRole::sidecar; }

// Whether what ended is made again.
enum class RestartPolicy : std::uint8_t { always, on_failure, never };

// Goes before a policy: a container that ended with one of the codes, or with none of them, is made again.
struct RestartRule {
  bool is_in = true;
  std::vector<std::uint32_t> exit_codes;
};

// Of one container (Kubernetes: "Container Restart Rules").
struct OwnRestart {
  std::optional<RestartPolicy> policy;  // empty: its pod's; of a sidecar, always
  std::vector<RestartRule> rules;       // any of them
};

// Where a container may leave a text about its end, for whoever asks how it ended.
inline constexpr const char* kMessageFile = "/dev/termination-log";
struct TerminationMessage {
  std::string path;                // in the container; empty: nowhere
  bool falls_back_to_log = false;  // where it has failed and left none: the end of its log
};

struct ContainerSpec {
  std::string name;
  ContainerRole role = ContainerRole::main;
  std::string image;  // "rootfs:DIR", "oci:DIR[:TAG]", or a name
  PullPolicy pull_policy = PullPolicy::by_tag;
  std::vector<std::string> command;                      // replaces the image's entrypoint when not empty
  std::vector<std::string> args;                         // replaces the image's cmd when not empty
  std::vector<std::pair<std::string, std::string>> env;  // in order; $(NAME) references are expanded already
  std::string working_dir;                               // empty: the image's
  bool has_stdin = false;
  bool stdin_once = false;
  bool terminal = false;
  std::optional<int> stop_signal;  // empty: the image's
  OwnRestart restart;
  ProbesPlan probes;
  HooksPlan hooks;
  TerminationMessage termination_message;
  std::vector<PortSpec> ports;
  std::vector<VolumeMountSpec> volume_mounts;
  ResourceSpec resources;
  SecuritySpec security;
};

// What containers ask for together, at most: all that run at a time, or an init container with the sidecars before it.
inline std::uint64_t containers_request(const std::vector<ContainerSpec>& containers,
                                        std::optional<std::uint64_t> ResourceSpec::*asked) {
  std::uint64_t sidecars = 0, main = 0, most = 0;
  for (const ContainerSpec& container : containers) {
    const std::uint64_t own = (container.resources.*asked).value_or(0);
    if (container.role == ContainerRole::main) main += own;
    if (container.role == ContainerRole::sidecar) sidecars += own;
    if (container.role == ContainerRole::init) most = std::max(most, sidecars + own);
  }
  return std::max(most, sidecars + main);
}

// An init container is gone before the pod serves anybody: its ports are for people to read.
inline bool is_published(const ContainerSpec& container, const PortSpec& port) {
  return port.host_port != 0 && container.role != ContainerRole::init;
}

struct DnsSpec {
  std::vector<std::string> nameservers;
  std::vector<std::string> searches;
  std::vector<std::string> options;  // "ndots:5"
  bool is_all = false;               // nothing is added, neither from networks nor from the host (dnsPolicy: None)
  bool empty() const { return nameservers.empty() && searches.empty() && options.empty(); }
};

struct HostAlias {
  std::string ip;
  std::vector<std::string> hostnames;
};

struct PodSpec {
  std::string name;
  std::string name_space = "default";
  std::string uid;  // empty: one is to be made up
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;

  std::vector<VolumeSpec> volumes;
  std::vector<ContainerSpec> containers;    // init containers and sidecars first, in their order
  std::optional<ResourceSpec> resources;    // of all containers together
  std::optional<std::uint64_t> pids_limit;  // and how many processes and threads they may have
  std::string hostname;                     // never empty: the pod's name where the manifest has none
  std::string fqdn;                         // empty without subdomain; "web.sub.default.svc.cluster.local"
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  bool host_users = false;  // the three above imply it
  bool share_process_namespace = false;
  std::uint32_t grace_period = 30;               // seconds
  std::optional<std::uint32_t> active_deadline;  // seconds from its start on, until when it has to have ended
  DnsSpec dns;
  std::vector<HostAlias> host_aliases;
  std::vector<std::pair<std::string, std::string>> sysctls;  // of the pod's own namespaces; names with dots
  RestartPolicy restart = RestartPolicy::always;
  std::optional<std::uint32_t> fs_group;  // an id inside the pod's user namespace
  bool fs_group_on_root_mismatch = false;
  std::string source;          // what -f named: absolute paths, a line each; empty with stdin
  std::string registry_auths;  // from imagePullSecrets, as containers-auth.json(5) has them; empty: none

  std::string manifest;  // the Pod as compact JSON, defaults not filled in: what `get -o json` shows as spec
};

}  // namespace podrun
