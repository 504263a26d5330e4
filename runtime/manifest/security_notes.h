// What is said of the same wish in a field and in the annotation that came before it.
#pragma once

#include <string_view>

namespace podrun::manifest {

inline constexpr std::string_view kNoAppArmor =
    "podrun applies no AppArmor profile: what confines a container is the rest";
inline constexpr std::string_view kNoAppArmorProfiles =
    "AppArmor profiles are not applied, and without it the container would run unconfined by one";

}  // namespace podrun::manifest
