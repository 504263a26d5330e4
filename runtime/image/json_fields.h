// Taking fields out of parsed JSON that may hold anything, without exceptions. What is missing, null or spelt in other
// letter cases reads as by Go's encoding/json, with which images are made and read everywhere: null is the absent
// value, also as a member of a list.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::image {

using Json = nlohmann::json;

// An object. What is nested deeper than anything we read is dropped while parsing, so depth costs no memory. The
// message has no part of the text: a link in a hostile layout may lead to a file that is nobody's business.
Result<Json> parse_object(std::string_view text);

// The member, or null when it is absent; JSON's null counts as absent. The key as it is written goes before others that
// differ from it in case only.
const Json* member(const Json& object, const char* key);

// Strings never hold a NUL: the kernel would cut them there. Null is the empty one.
Result<std::string> string_of(const Json& value, std::string_view name);
Result<std::string> required_string(const Json& object, const char* key);
Result<std::string> optional_string(const Json& object, const char* key);
Result<std::vector<std::string>> optional_strings(const Json& object, const char* key);
Result<std::uint64_t> required_size(const Json& object, const char* key);

// An array of at most `limit` members; empty where absent.
Result<const Json*> optional_array(const Json& object, const char* key, std::size_t limit);
Result<const Json*> required_object(const Json& object, const char* key);
Result<const Json*> optional_object(const Json& object, const char* key);  // null where absent

}  // namespace podrun::image
