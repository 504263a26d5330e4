// Seccomp profiles in the JSON form of the OCI ecosystem: the runtime specification's (defaultAction, defaultErrnoRet,
// architectures, syscalls), which is what a kubelet's localhostProfile names, or with an archMap in the place of
// architectures. Rules that depend on capabilities ("includes"/"excludes") are refused: whoever is given CAP_SYS_ADMIN
// gets a profile of their own instead of a hole in everybody's.
// https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
#pragma once

#include <seccomp.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podrun::profiles {

// Conditions of one rule all have to hold; rules for one system call are alternatives. An action is a SECCOMP_RET_*
// value.
struct Rule {
  std::vector<std::string> names;
  std::uint32_t action = 0;
  std::vector<scmp_arg_cmp> conditions;
};

struct Profile {
  std::uint32_t default_action = 0;
  std::vector<std::uint32_t> architectures;  // SCMP_ARCH_*: the build machine's, then those it can run as well
  std::vector<Rule> rules;
};

// Every error names the place in the document. Unknown fields are errors: in a security policy a typo must not pass.
base::Result<Profile> parse_profile(std::string_view json);

}  // namespace podrun::profiles
