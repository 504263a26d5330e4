// JSON as CNI needs it: what belongs to somebody else passes through unchanged. A JsonObject keeps each member's value
// as the text it came as, so 12345678901234567890, 1.0 and keys nobody here knows reach the plugin as they were written
// (a tree of doubles would not do that). White space goes, of duplicate keys the last stays, no UTF-8 becomes U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/result.h"

namespace cni {

// Where in a text: both count from 1, columns in bytes.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};
TextPosition position_of(std::string_view text, std::size_t offset);

// One complete document of strict JSON: no byte order mark, nothing behind it, bounded depth. Kind::invalid, the
// message starting with "line L, column C: ". `offset`, when not null, receives the place of the error in bytes.
Result<void> check_json(std::string_view text, std::size_t* offset = nullptr);

class JsonObject {
 public:
  struct Member {
    std::string key;         // decoded
    std::string value;       // JSON text without white space between tokens
    std::size_t offset = 0;  // of the value in the parsed text, and its length there; 0 for what set() added
    std::size_t length = 0;
  };

  JsonObject() = default;
  // Kind::invalid as check_json, or when the text is something other than an object.
  static Result<JsonObject> parse(std::string_view text);

  // The value's text, null when there is none. Keys are case-sensitive.
  const std::string* find(std::string_view key) const;
  const Member* member(std::string_view key) const;
  // `value` must be JSON text already: json_text(…), another object's dump(), "true".
  void set(std::string_view key, std::string value);
  // As set(), for a key that is known to be new: a set() looks through all of them.
  void append(std::string key, std::string value) { members_.push_back({std::move(key), std::move(value)}); }
  void erase(std::string_view key);
  bool empty() const { return members_.empty(); }
  const std::vector<Member>& members() const { return members_; }
  std::string dump() const;

 private:
  std::vector<Member> members_;
};

// The elements of a JSON array: text and offset as in Member, keys empty. Kind::invalid when it is none.
Result<std::vector<JsonObject::Member>> parse_json_array(std::string_view text);

// Text to JSON string, with quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(std::string_view text);
// The inverse. Kind::invalid when the JSON text is no string.
Result<std::string> json_string(std::string_view json);

}  // namespace cni
