// "did you mean": the known name that a typing mistake may have been made of.
#pragma once

#include <span>
#include <string_view>

namespace podrun::manifest {

// Empty when nothing is close. Only case differing is always close; else at most a third of the letters, and never more
// than three, may be added, missing, other, or swapped with their neighbour.
std::string_view closest(std::string_view given, std::span<const std::string_view> known);

}  // namespace podrun::manifest
