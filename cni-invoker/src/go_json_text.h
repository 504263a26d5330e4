// JSON as Go's decoder takes it, on which plugins and the reference library rely, and the parser here does not: a byte
// of a string that is no UTF-8, and a surrogate without its other half, become U+FFFD each; and a number may be larger
// than any double.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cni {

// With U+FFFD in their place. Numbers, and what is no JSON, stay as they are.
std::string well_formed(std::string_view json);

// Of the same size, for the question whether it is JSON and where not: a '?' for each such byte, small numbers in the
// place of too large ones.
std::string stand_in(std::string_view json);

// The tree of a text that check_json() accepts; discarded of another. A number that is too large for a double is some
// number with a fraction, and so none of those the specification has.
nlohmann::json parse_tree(std::string_view json);

}  // namespace cni
