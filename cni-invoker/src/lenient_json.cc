#include "lenient_json.h"

#include <algorithm>
#include <limits>

#include "any_case.h"

namespace cni {
namespace {

using Json = nlohmann::json;

Error expected(std::string_view key, std::string_view what) {
  return {Kind::invalid, 0, "'" + std::string(key) + "': expected " + std::string(what)};
}

}  // namespace

const Json* find_member(const Json& object, std::string_view key) {
  const auto* members = object.get_ptr<const Json::object_t*>();
  if (members == nullptr) return nullptr;
  auto found = members->find(std::string(key));
  if (found == members->end()) {
    found = std::find_if(members->begin(), members->end(),
                         [&](const auto& member) { return equal_in_any_case(member.first, key); });
  }
  return found == members->end() || found->second.is_null() ? nullptr : &found->second;
}

Result<std::string> text_member(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return expected(key, "a string");
  return value->get<std::string>();
}

Result<std::vector<std::string>> texts_member(const Json& object, std::string_view key) {
  std::vector<std::string> texts;
  const Json* value = find_member(object, key);
  if (value == nullptr) return texts;
  if (!value->is_array()) return expected(key, "an array of strings");
  for (const Json& element : *value) {
    if (!element.is_string()) return expected(key, "an array of strings");
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

Result<std::uint64_t> unsigned_member(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return std::uint64_t{0};
  if (!value->is_number_unsigned()) return expected(key, "a number of 0 or more");
  return value->get<std::uint64_t>();
}

Result<std::optional<std::uint32_t>> uint32_member(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return std::optional<std::uint32_t>();
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max())
    return expected(key, "a number from 0 to 4294967295");
  return std::optional(value->get<std::uint32_t>());
}

Result<std::optional<int>> int_member(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return std::optional<int>();
  const bool fits = value->is_number_integer() &&
                    (value->is_number_unsigned() ? value->get<std::uint64_t>() <= std::numeric_limits<int>::max()
                                                 : value->get<std::int64_t>() >= std::numeric_limits<int>::min());
  if (!fits) return expected(key, "a whole number");
  return std::optional<int>(value->get<int>());
}

Result<const Json*> objects_member(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return value;
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), [](const Json& one) { return one.is_object(); }))
    return expected(key, "an array of objects");
  return value;
}

}  // namespace cni
