#include "runtime/sandbox/machine_facts.h"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "runtime/sandbox/host_files.h"

namespace podrun {
namespace {

constexpr std::size_t kLargestHosts = 1U << 20U;

}  // namespace

Result<MachineFacts> find_machine(bool host_network) {
  MachineFacts machine;
  machine.cgroup = TRY(CgroupHost::discover());
  machine.apparmor = apparmor::look();
  machine.memory_bytes = machine_memory();
  machine.processors = static_cast<std::uint64_t>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
  machine.hostname = machine_name();
  if (host_network) machine.hosts = read_host_file("/etc/hosts", kLargestHosts);
  machine.resolv_conf = read_resolv_conf(host_network);
  return machine;
}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), HOST_NAME_MAX) == 0 ? name.data() : "";
}

std::uint64_t machine_memory() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? static_cast<std::uint64_t>(info.totalram) * info.mem_unit : 0;
}

}  // namespace podrun
