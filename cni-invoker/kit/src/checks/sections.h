// Parts of the specification that more than one check is of, as reports print them.
#pragma once

namespace cni::kit {

inline constexpr const char* kParametersSection = "Spec, section 2, Parameters";
inline constexpr const char* kAddSection = "Spec, section 2, ADD";
inline constexpr const char* kDelSection = "Spec, section 2, DEL";
inline constexpr const char* kCheckSection = "Spec, section 2, CHECK";
inline constexpr const char* kStatusSection = "Spec, section 2, STATUS";
inline constexpr const char* kVersionSection = "Spec, section 2, VERSION";
inline constexpr const char* kGcSection = "Spec, section 2, GC";
inline constexpr const char* kOrderingSection = "Spec, section 2, Lifecycle & Ordering";
inline constexpr const char* kDelegationSection = "Spec, section 4, Delegated plugin execution procedure";
inline constexpr const char* kAddSuccessSection = "Spec, section 5, ADD Success";
inline constexpr const char* kVersionSuccessSection = "Spec, section 5, VERSION Success";
inline constexpr const char* kErrorSection = "Spec, section 5, Error";

}  // namespace cni::kit
