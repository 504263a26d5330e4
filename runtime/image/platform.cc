#include "runtime/image/platform.h"

#include <sys/utsname.h>

#include <array>
#include <string_view>
#include <utility>

namespace podrun::image {
namespace {

constexpr int kUnsaid = 100;

struct Machine {
  std::string_view uname;
  std::string_view architecture;
  std::string_view variant;
};

constexpr std::array<Machine, 11> kMachines = {{
    {"x86_64", "amd64", ""},
    {"i686", "386", ""},
    {"i386", "386", ""},
    {"aarch64", "arm64", "v8"},
    {"armv8l", "arm", "v8"},
    {"armv7l", "arm", "v7"},
    {"armv6l", "arm", "v6"},
    {"riscv64", "riscv64", ""},
    {"ppc64le", "ppc64le", ""},
    {"s390x", "s390x", ""},
    {"loongarch64", "loong64", ""},
}};

int version_of(std::string_view variant) {  // "v7" = 7; none = 0
  if (variant.size() != 2 || variant[0] != 'v' || variant[1] < '0' || variant[1] > '9') return 0;
  return variant[1] - '0';
}

}  // namespace

std::string Platform::text() const {
  return (os.empty() ? "?" : os) + "/" + (architecture.empty() ? "?" : architecture) +
         (variant.empty() ? "" : "/" + variant);
}

Platform this_platform() {
  utsname name{};
  ::uname(&name);
  const std::string_view machine = name.machine;
  for (const Machine& known : kMachines)
    if (known.uname == machine) return {"linux", std::string(known.architecture), std::string(known.variant)};
  return {"linux", std::string(machine), ""};
}

int fitness(const Platform& offered, const Platform& machine) {
  if (!offered.said()) return kUnsaid;
  if (offered.os != machine.os || offered.architecture != machine.architecture) return -1;
  if (offered.variant == machine.variant || offered.variant.empty()) return 0;
  // A newer arm runs what was made for older ones, the nearest first. Of amd64's v2, v3 and v4 we cannot tell which
  // this machine is, so only the plain one is taken.
  const int behind = version_of(machine.variant) - version_of(offered.variant);
  return behind > 0 ? behind : -1;
}

}  // namespace podrun::image
