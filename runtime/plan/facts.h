// What has to be known of the machine and of images before a pod can be planned.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/image/image.h"
#include "runtime/kernel/apparmor.h"
#include "runtime/kernel/cgroup_host.h"
#include "runtime/plan/network_plan.h"

namespace podrun {

// A container's image, what the image's own files say about users, and the profiles that confine it.
struct ContainerFacts {
  Image image;
  std::string passwd;
  std::string group;
  std::vector<std::uint64_t> seccomp_filter;  // as Process has it; empty where it names none
  std::string apparmor_profile;               // also
};

// A file of the host whose content goes into pods.
struct HostFile {
  std::string text;     // with the line ends of Unix
  std::string problem;  // why there is none: one line that names the file; empty where there was no problem
};

struct MachineFacts {
  CgroupHost cgroup;
  apparmor::State apparmor;
  std::string cgroup_parent;
  std::vector<std::string> unsafe_sysctls;  // names that pods may set as well, some with a * at their end
  std::uint64_t memory_bytes = 0;
  std::uint64_t processors = 1;
  std::string hostname;
  HostFile hosts;        // /etc/hosts and
  HostFile resolv_conf;  // /etc/resolv.conf
};

struct PodFacts {
  std::string id;   // of the new pod: 64 hex digits
  std::string uid;  // of the new Pod object: a UUID
  MachineFacts machine;
  std::vector<ContainerFacts> containers;      // one a container, in their order
  std::map<std::string, Image> volume_images;  // of volumes that are images, by the volume's name
  std::vector<std::string> asked_networks;     // what was typed: "NETWORK[@INTERFACE]" each
  std::vector<ChosenNetwork> networks;         // in the order of attachment, the primary first; empty: no CNI
};

}  // namespace podrun
