// Capability sets as bit masks, and their names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::capabilities {

using Set = std::uint64_t;  // bit n is capability n of <linux/capability.h>

// What containers get when nothing is said: the fourteen of Docker and containerd.
extern const Set kDefault;

// "NET_ADMIN" or "CAP_NET_ADMIN", any case → its bit; "ALL" → every capability this kernel has.
Result<Set> parse(std::string_view name);
std::vector<std::string> names(Set set);  // "CAP_CHOWN", …, in number order

// Every capability this kernel knows (/proc/sys/kernel/cap_last_cap).
Set all();

// Applies drop after add after the default, as Kubernetes does ("ALL" in drop empties the default first, adds win).
Result<Set> resolve(const std::vector<std::string>& add, const std::vector<std::string>& drop);

// The calling thread keeps exactly `keep` in its bounding set. To be called before the user changes.
Result<void> limit_bounding_set(Set keep);
// Permitted, effective, bounding = `set`; inheritable and ambient stay empty (CVE-2022-24769). A user other than root gets
// nothing permitted by the exec rules; that is what Kubernetes does too.
Result<void> apply(Set set);

}  // namespace podrun::capabilities
