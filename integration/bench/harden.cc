#include "integration/bench/harden.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "integration/bench/timing.h"
#include "runtime/kernel/capabilities.h"

namespace bench {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kFirstId = 1'879'048'192;
constexpr std::uint32_t kIds = 65'536;

// For the machine's own architecture, which a runtime takes where none is named. With 32-bit x86 beside it libseccomp
// refuses a rule: there it makes each of `socket` one of `socketcall`, whose arguments it cannot see, so that those
// which allow and those which refuse become one. podrun's own compiler has no need to.
Json seccomp_of_podrun() {
  Json profile = Json::parse(std::ifstream(BENCH_SECCOMP_PROFILE), nullptr, false);
  if (profile.is_discarded()) fail("read " BENCH_SECCOMP_PROFILE);
  profile.erase("archMap");
  profile.erase("comment");
  for (Json& rule : profile["syscalls"]) rule.erase("comment");
  return profile;
}

}  // namespace

void harden(Json& config) {
  const Json names = podrun::capabilities::names(podrun::capabilities::kDefault);
  config["process"]["capabilities"] = {{"bounding", names}, {"effective", names}, {"permitted", names}};
  Json& linux_part = config["linux"];
  linux_part["seccomp"] = seccomp_of_podrun();
  for (const char* type : {"user", "cgroup"}) {
    const Json one{{"type", type}};
    Json& all = linux_part["namespaces"];
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
  const Json map = {{{"containerID", 0}, {"hostID", kFirstId}, {"size", kIds}}};
  linux_part["uidMappings"] = map;
  linux_part["gidMappings"] = map;
}

}  // namespace bench
