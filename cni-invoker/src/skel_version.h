// What a plugin on the skeleton answers to VERSION.
#pragma once

#include <string>
#include <vector>

#include "cni/version.h"

namespace cni {

// JSON array of their texts.
std::string versions_text(const std::vector<Version>& versions);

// Spec section 5, "Version": the version that the caller named on stdin, and those that the plugin supports. It needs
// nothing: where nothing on stdin names a version, the answer is of the newest that this library knows.
std::string answer_to_version(const std::vector<Version>& supported);

}  // namespace cni
