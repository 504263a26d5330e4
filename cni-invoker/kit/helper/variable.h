// A variable of the environment that a plugin got; empty where it got none of that name.
#pragma once

#include <cstdlib>
#include <string>

namespace cni::kit {

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace cni::kit
