// What was typed is wrong: the error for it.
#pragma once

#include <string>
#include <utility>

#include "runtime/kernel/types.h"

namespace podrun::cli {

inline Error bad_input(std::string what) { return {Kind::invalid, 0, std::move(what)}; }

}  // namespace podrun::cli
