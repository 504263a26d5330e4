// AppArmor: what the kernel has of it, and the profile that a process takes with its exec. Decides nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::apparmor {

struct State {
  bool is_enabled = false;
  // Those that are loaded; empty where nobody can see them, since securityfs is not mounted, say.
  std::optional<std::vector<std::string>> profiles;
};
State look();

// "strict (enforce)" of each line.
std::vector<std::string> parse_profiles(const std::string& text);

// With its next exec the caller, or what it clones until then, is confined by `profile`, whatever that exec's program
// is. By a procfs of its own, since anybody may have put something else at /proc (CVE-2019-16884, CVE-2023-28642): so
// it needs CAP_SYS_ADMIN, and in a user namespace a complete procfs that is mounted already. Errors: the two below, and
// Kind::denied where the caller is confined itself, and not to this.
Result<void> change_on_exec(const std::string& profile);

// Kind::unsupported: this machine lacks it.
Error not_enabled(const std::string& profile);
Error not_loaded(const std::string& profile);

}  // namespace podrun::apparmor
