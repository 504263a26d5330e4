// What may become part of a path. The manifest's rules are stricter; these are the last door before the file system,
// for names that come from a command line or from a file somebody may have tampered with.
#pragma once

#include <string_view>

namespace podrun {

bool is_pod_id(std::string_view id);       // 64 lower-case hex digits
bool is_safe_name(std::string_view name);  // 1 to 253 of [a-z0-9.-], beginning and ending with a letter or digit

}  // namespace podrun
