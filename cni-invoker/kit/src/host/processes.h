// The processes that the calling process can see.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cni::kit {

struct Process {
  pid_t pid = 0;
  std::string text;  // "dnsmasq: /usr/sbin/dnsmasq -u root"; of a thread of the kernel's its name
};
std::vector<Process> processes();

}  // namespace cni::kit
