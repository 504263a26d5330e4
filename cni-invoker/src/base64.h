#pragma once

#include <string>
#include <string_view>

#include "cni/base/result.h"

namespace cni {

std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);  // RFC 4648, with padding

}  // namespace cni
