#pragma once

#include <nlohmann/json.hpp>

namespace integration {

// The value behind a JSON pointer; `otherwise` where there is none.
template <class Value>
Value value_at(const nlohmann::json& json, const char* pointer, Value otherwise) {
  const nlohmann::json::json_pointer path(pointer);
  return json.is_object() && json.contains(path) ? json.at(path).get<Value>() : otherwise;
}

}  // namespace integration
