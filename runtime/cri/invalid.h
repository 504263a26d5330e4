// What a request asks for and cannot mean.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::cri {

inline Error invalid(const std::string& field, const std::string& why) {
  return {Kind::invalid, 0, field + ": " + why};
}

}  // namespace podrun::cri
