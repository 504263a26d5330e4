#include "integration/bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/files.h"
#include "integration/command.h"
#include "integration/needs.h"

namespace bench {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

const char* cgroup_mode() {
  if (base::path_exists("/sys/fs/cgroup/cgroup.controllers")) return "v2";
  return base::path_exists("/sys/fs/cgroup/unified/cgroup.procs") ? "hybrid" : "v1";
}

std::string version(const std::string& program, const std::string& argument) {
  return first_line(integration::run({program, argument}).out);
}

}  // namespace

void print_machine(const std::string& podrun) {
  utsname kernel{};
  ::uname(&kernel);
  std::array<char, 32> date{};
  const std::time_t now = std::time(nullptr);
  std::tm split{};
  std::strftime(date.data(), date.size(), "%Y-%m-%d %H:%M UTC", ::gmtime_r(&now, &split));
  std::array<double, 1> load{};
  static_cast<void>(::getloadavg(load.data(), 1));
  std::printf("%s; Linux %s %s, %ld processors, load %.1f; cgroup %s\n", date.data(), kernel.release, kernel.machine,
              ::sysconf(_SC_NPROCESSORS_ONLN), load[0], cgroup_mode());
  std::printf("%s", version(podrun, "version").c_str());
  for (const char* peer : {"crun", "runc", "podman"}) {
    if (const auto unmet = integration::need::program(peer))
      std::printf("; %s skipped: %s", peer, unmet->c_str());
    else
      std::printf("; %s", version(peer, "--version").c_str());
  }
  std::printf("\n");
}

}  // namespace bench
