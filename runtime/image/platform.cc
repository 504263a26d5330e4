#include "runtime/image/platform.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "runtime/image/amd64_level.h"

namespace podrun::image {
namespace {

constexpr int kUnsaid = 100;

struct Machine {
  std::string_view uname;
  std::string_view architecture;
  std::string_view variant;
};

constexpr std::array<Machine, 10> kMachines = {{
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

struct Alias {
  std::string_view name, architecture, variant;
};

constexpr std::array<Alias, 6> kAliases = {{{"x86_64", "amd64", ""},
                                            {"x86-64", "amd64", ""},
                                            {"aarch64", "arm64", ""},
                                            {"i386", "386", ""},
                                            {"armhf", "arm", "v7"},
                                            {"armel", "arm", "v6"}}};

// Where an architecture has variants, what not saying one means: the oldest of amd64 and arm64, the commonest of arm.
constexpr std::pair<std::string_view, int> kUnsaidVariants[] = {{"amd64", 1}, {"arm64", 8}, {"arm", 7}};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A platform in one spelling, its variant as a number: 0 where the architecture has none, -1 for one that is not known.
struct Normal {
  std::string os, architecture;
  int variant = 0;
};

Normal normal(const Platform& platform) {
  Normal result{lower(platform.os), lower(platform.architecture)};
  if (result.os.empty()) result.os = "linux";
  std::string variant = lower(platform.variant);
  for (const Alias& alias : kAliases) {
    if (alias.name != result.architecture) continue;
    result.architecture = alias.architecture;
    if (variant.empty()) variant = alias.variant;
  }
  for (const auto& [architecture, unsaid] : kUnsaidVariants)
    if (architecture == result.architecture && variant.empty()) result.variant = unsaid;
  if (variant.empty()) return result;
  if (variant.front() == 'v') variant.erase(0, 1);
  result.variant = variant.size() == 1 && variant[0] >= '1' && variant[0] <= '9' ? variant[0] - '0' : -1;
  return result;
}

struct Other {
  std::string_view architecture, runs;
  int variant;  // the newest of them
};
constexpr Other kOthers[] = {{"amd64", "386", 0}, {"arm64", "arm", 8}};
constexpr int kOtherArchitecture = 10;  // behind every variant of the machine's own

}  // namespace

std::string Platform::text() const {
  return (os.empty() ? "?" : os) + "/" + (architecture.empty() ? "?" : architecture) +
         (variant.empty() ? "" : "/" + variant);
}

Platform this_platform() {
  utsname name{};
  ::uname(&name);
  const std::string_view machine = name.machine;
  if (machine == "x86_64") return {"linux", "amd64", "v" + std::to_string(amd64_level())};
  for (const Machine& known : kMachines)
    if (known.uname == machine) return {"linux", std::string(known.architecture), std::string(known.variant)};
  return {"linux", std::string(machine), ""};
}

int fitness(const Platform& offered, const Platform& machine) {
  if (!offered.said()) return kUnsaid;
  const Normal image = normal(offered);
  const Normal host = normal(machine);
  if (image.os != host.os || image.variant < 0) return -1;
  if (image.architecture == host.architecture) return std::max(host.variant - image.variant, -1);
  for (const Other& other : kOthers)
    if (host.architecture == other.architecture && image.architecture == other.runs && image.variant <= other.variant)
      return kOtherArchitecture + other.variant - image.variant;
  return -1;
}

}  // namespace podrun::image
