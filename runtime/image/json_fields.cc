#include "runtime/image/json_fields.h"

#include <strings.h>

namespace podrun::image {
namespace {

constexpr int kDepthLimit = 16;
constexpr std::size_t kStringsLimit = 16384;

Error wrong(std::string_view name, std::string_view expected) {
  return Error{Kind::corrupt, 0, "field '" + std::string(name) + "': expected " + std::string(expected)};
}

}  // namespace

Result<Json> parse_object(std::string_view text) {
  const auto keep = [](int depth, Json::parse_event_t, Json&) { return depth <= kDepthLimit; };
  Json value = Json::parse(text, keep, false);
  if (value.is_discarded()) return Error{Kind::corrupt, 0, "is not JSON"};
  if (!value.is_object()) return Error{Kind::corrupt, 0, "is not a JSON object"};
  return value;
}

const Json* member(const Json& object, const char* key) {
  const auto as_written = object.find(key);
  if (as_written != object.end()) return as_written->is_null() ? nullptr : &*as_written;
  for (auto other = object.begin(); other != object.end(); ++other)
    if (::strcasecmp(other.key().c_str(), key) == 0 && !other->is_null()) return &*other;
  return nullptr;
}

Result<std::string> string_of(const Json& value, std::string_view name) {
  if (value.is_null()) return std::string();
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) return wrong(name, "a string");
  if (text->find('\0') != std::string::npos) return wrong(name, "a string without NUL");
  return *text;
}

Result<std::string> required_string(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr) return wrong(key, "a string, found nothing");
  return string_of(*value, key);
}

Result<std::string> optional_string(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr) return std::string();
  return string_of(*value, key);
}

Result<std::vector<std::string>> optional_strings(const Json& object, const char* key) {
  std::vector<std::string> strings;
  for (const Json& value : *TRY(optional_array(object, key, kStringsLimit)))
    strings.push_back(TRY(string_of(value, key)));
  return strings;
}

Result<std::uint64_t> required_size(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number_unsigned()) return wrong(key, "a size in bytes");
  return value->get<std::uint64_t>();
}

Result<const Json*> optional_array(const Json& object, const char* key, std::size_t limit) {
  static const Json kNone = Json::array();
  const Json* value = member(object, key);
  if (value == nullptr) return &kNone;
  if (!value->is_array()) return wrong(key, "a list");
  if (value->size() > limit) return wrong(key, "a list of at most " + std::to_string(limit));
  return value;
}

Result<const Json*> required_object(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_object()) return wrong(key, "an object");
  return value;
}

Result<const Json*> optional_object(const Json& object, const char* key) {
  if (member(object, key) == nullptr) return nullptr;
  return required_object(object, key);
}

}  // namespace podrun::image
