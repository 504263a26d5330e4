// Which profile of AppArmor a container gets, of those that the machine has.
#pragma once

#include <string>

#include "runtime/kernel/apparmor.h"
#include "runtime/model/apparmor.h"

namespace podrun {

struct ChosenProfile {
  std::string name;     // empty: none
  std::string warning;  // why not the one that was asked for
};

// Errors: apparmor::not_enabled() and not_loaded(), of a profile that was named. One that nobody can see is for the
// kernel to find, at the container's barrier.
Result<ChosenProfile> choose_profile(const AppArmorSpec& asked, const apparmor::State& machine);

}  // namespace podrun
