// Reading what plugins and other runtimes print: keys in any letter case, null as absent, but types as the spec has
// them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/result.h"

namespace cni {

// The member of that key, else the first whose key differs in letter case only; null when absent, or JSON null.
const nlohmann::json* find_member(const nlohmann::json& object, std::string_view key);

// Each Kind::invalid with the key when the value is there and of another type; empty when it is absent.
Result<std::string> text_member(const nlohmann::json& object, std::string_view key);
Result<std::vector<std::string>> texts_member(const nlohmann::json& object, std::string_view key);
Result<std::uint64_t> unsigned_member(const nlohmann::json& object, std::string_view key);
Result<std::optional<std::uint32_t>> uint32_member(const nlohmann::json& object, std::string_view key);
Result<std::optional<int>> int_member(const nlohmann::json& object, std::string_view key);
// An array of objects; a null pointer when absent.
Result<const nlohmann::json*> objects_member(const nlohmann::json& object, std::string_view key);

}  // namespace cni
