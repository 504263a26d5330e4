#include "runtime/plan/apparmor.h"

#include <algorithm>

namespace podrun {
namespace {

constexpr const char* kOwnProfile = "podrun-default";  // specs/apparmor

// Not a container's default on a guess: one that is not loaded would be an error.
std::string why_not_own(const apparmor::State& machine) {
  if (!machine.is_enabled) return "this kernel has no AppArmor, or has it switched off";
  if (!machine.profiles)
    return "nobody can see which are loaded: /sys/kernel/security/apparmor/profiles cannot be read";
  const auto& loaded = *machine.profiles;
  if (std::find(loaded.begin(), loaded.end(), kOwnProfile) != loaded.end()) return {};
  return std::string(kOwnProfile) +
         " is not loaded (`apparmor_parser -r FILE` loads it, for containers that are made " +
         "from then on; FILE is etc/apparmor.d/" + kOwnProfile + " where podrun is installed, /etc/… of a package)";
}

}  // namespace

Result<ChosenProfile> choose_profile(const AppArmorSpec& asked, const apparmor::State& machine) {
  if (asked.type == AppArmorSpec::Type::unconfined) return ChosenProfile{};
  if (asked.type == AppArmorSpec::Type::localhost) {
    if (!machine.is_enabled) return apparmor::not_enabled(asked.profile);
    const auto& loaded = machine.profiles;
    if (loaded && std::find(loaded->begin(), loaded->end(), asked.profile) == loaded->end())
      return apparmor::not_loaded(asked.profile);
    return ChosenProfile{asked.profile, ""};
  }
  const std::string why_not = why_not_own(machine);
  if (why_not.empty()) return ChosenProfile{kOwnProfile, ""};
  if (asked.type == AppArmorSpec::Type::unsaid) return ChosenProfile{};
  return ChosenProfile{"", "no AppArmor profile is applied: " + why_not};
}

}  // namespace podrun
