// What devices are called: "vendor.com/class=name".
// Source: https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md
#pragma once

#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cdi {

struct Name {
  std::string_view kind;  // "vendor.com/class"
  std::string_view name;
};

// Parts of the text. Kind::invalid where it is no such name.
Result<Name> parse_name(std::string_view text);

bool is_kind(std::string_view text);
bool is_device_name(std::string_view text);

}  // namespace podrun::cdi
