// The directories that podrun keeps for persistentVolumeClaims. Any number of pods of a namespace may have one at a
// time; no pod's removal takes it away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

struct Claim {
  std::string name_space;
  std::string name;
  std::string path;
  std::int64_t created_at = 0;    // nanoseconds since the epoch; 0 where the filesystem does not tell
  std::vector<std::string> pods;  // that have it, stopped ones too
};

// By namespace and name.
Result<std::vector<Claim>> list_claims(const Host& host);
// Kind::not_found.
Result<Claim> find_claim(const Host& host, const std::string& name_space, const std::string& name);

// What is there already stays.
Result<void> make_claim(const Layout& layout, const std::string& name_space, const std::string& name);

// With all that is in it. Kind::not_found; Kind::busy where a pod has it.
Result<void> remove_claim(const Host& host, const std::string& name_space, const std::string& name);

// Goes on with what removals that were cut short have left. Whether there was any.
Result<bool> sweep_claims(const Layout& layout);

}  // namespace podrun
