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

// What reading and writing any file takes, whoever owns it, and giving it an owner and a mode.
extern const Set kForFiles;

// "NET_ADMIN" or "CAP_NET_ADMIN", any case → its bit; "ALL" → every capability this kernel has.
Result<Set> parse(std::string_view name);
std::vector<std::string> names(Set set);  // "CAP_CHOWN", …, in number order

// Every capability this kernel knows.
Set all();

// What the calling thread may use.
Result<Set> permitted();

// The default, or everything with "ALL" in add, or nothing with "ALL" in drop; then plus each of add, less each of
// drop.
Result<Set> resolve(const std::vector<std::string>& add, const std::vector<std::string>& drop);

// The calling thread keeps of its bounding set only what is in `keep`. Needs CAP_SETPCAP, so before the user changes.
Result<void> limit_bounding_set(Set keep);

// The last of three steps: limit_bounding_set, change of user, apply. Permitted, effective and bounding are cut down to
// `set`; inheritable and ambient become empty (CVE-2022-24769). A user other than root is left with nothing, and its
// exec gains nothing (capabilities(7)); that is what Kubernetes does too.
// `ambient`, which is part of it, is what such a user keeps; needs keep_through_change() before the user changes.
Result<void> apply(Set set, Set ambient = 0);
Result<void> keep_through_change();

}  // namespace podrun::capabilities
