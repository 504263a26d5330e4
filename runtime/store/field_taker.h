// How a field of each type is read from JSON, one value after another as the text has them, straight into its place: no
// tree of the text is built, which would cost several times as much as all else that `podrun get` does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/store/record_fields.h"

namespace podrun {

struct Taker;

// A place for a JSON value, and what may be put there. Without a taker nobody wants the value.
struct Field {
  void* value = nullptr;
  const Taker* taker = nullptr;
};

// Of an object or array, what has been there.
struct Members {
  std::uint64_t seen = 0;  // fields, in the order of visit()
  std::size_t count = 0;
};

// What is null is not taken. A fault is what stands behind the path of the field: ": number out of range".
struct Taker {
  const char* expected = nullptr;  // "a string"
  std::string (*text)(void* field, const std::string& text) = nullptr;
  bool (*boolean)(void* field, bool value) = nullptr;
  // Whether it fits.
  bool (*whole_number)(void* field, std::int64_t number) = nullptr;
  bool (*large_number)(void* field, std::uint64_t number) = nullptr;
  // Of objects and arrays, which begin empty.
  void (*begin)(void* field) = nullptr;
  Field (*member)(void* field, const std::string& key, Members& members, std::string& fault) = nullptr;
  Field (*element)(void* field) = nullptr;
  std::string (*end)(void* field, const Members& members) = nullptr;
  // Of what may be absent: null empties it, and all else is for what is inside.
  void (*absent)(void* field) = nullptr;
  Field (*inside)(void* field) = nullptr;
};

template <class Value>
Field field_of(Value& value);

namespace detail {

template <class Value>
Value& as(void* field) {
  return *static_cast<Value*>(field);
}

// Visits a record, and finds one field by its key.
class Finder {
 public:
  explicit Finder(std::string_view key) : key_(key) {}
  template <class Value>
  void operator()(std::string_view key, Value& value) {
    if (key == key_) {
      found = field_of(value);
      bit = std::uint64_t{1} << at_;
    }
    ++at_;
  }
  template <class Value>
  void optional(std::string_view key, Value& value) {
    (*this)(key, value);
  }

  Field found;
  std::uint64_t bit = 0;

 private:
  std::string_view key_;
  unsigned at_ = 0;
};

// Visits a record, and finds the first field that was not there and has to be.
class Missing {
 public:
  explicit Missing(std::uint64_t seen) : seen_(seen) {}
  template <class Value>
  void operator()(std::string_view key, Value&) {
    if (first.empty() && (seen_ >> at_ & 1U) == 0) first = key;
    ++at_;
  }
  template <class Value>
  void optional(std::string_view, Value&) {
    ++at_;
  }

  std::string_view first;

 private:
  std::uint64_t seen_;
  unsigned at_ = 0;
};

template <class Value>
constexpr Taker taker_of(std::type_identity<Value>) {
  static_assert(std::is_class_v<Value>);
  return {.expected = "an object",
          .member =
              [](void* field, const std::string& key, Members& members, std::string&) {
                Finder find(key);
                visit(find, as<Value>(field));
                members.seen |= find.bit;
                return find.found;
              },
          .end = [](void* field, const Members& members) -> std::string {
            Missing missing(members.seen);
            visit(missing, as<Value>(field));
            return missing.first.empty() ? "" : "." + std::string(missing.first) + ": missing";
          }};
}

constexpr Taker taker_of(std::type_identity<std::string>) {
  return {.expected = "a string", .text = [](void* field, const std::string& text) -> std::string {
            as<std::string>(field) = text;
            return {};
          }};
}

constexpr Taker taker_of(std::type_identity<bool>) {
  return {.expected = "true or false",
          .boolean = [](void* field, bool value) { return as<bool>(field) = value, true; }};
}

template <class Number, class From>
bool take_in_range(void* field, From number) {
  if (!std::in_range<Number>(number)) return false;
  as<Number>(field) = static_cast<Number>(number);
  return true;
}

template <class Number>
requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool>) constexpr Taker
    taker_of(std::type_identity<Number>) {
  return {.expected = "a whole number",
          .whole_number = [](void* field, std::int64_t number) { return take_in_range<Number>(field, number); },
          .large_number = [](void* field, std::uint64_t number) { return take_in_range<Number>(field, number); }};
}

template <class Enum>
requires std::is_enum_v<Enum>
constexpr Taker taker_of(std::type_identity<Enum>) {
  return {.expected = "a string", .text = [](void* field, const std::string& text) -> std::string {
            for (std::size_t i = 0; i < kWords<Enum>.size(); ++i) {
              if (text != kWords<Enum>[i]) continue;
              as<Enum>(field) = static_cast<Enum>(i);
              return {};
            }
            return ": '" + text.substr(0, 40) + "' is none of its words";
          }};
}

// "NAME=VALUE"
constexpr Taker taker_of(std::type_identity<std::pair<std::string, std::string>>) {
  return {.expected = "a string", .text = [](void* field, const std::string& text) -> std::string {
            const auto equals = text.find('=');
            if (equals == std::string::npos) return ": expected NAME=VALUE";
            as<std::pair<std::string, std::string>>(field) = {text.substr(0, equals), text.substr(equals + 1)};
            return {};
          }};
}

template <class Value>
constexpr Taker taker_of(std::type_identity<std::map<std::string, Value>>) {
  using Map = std::map<std::string, Value>;
  return {.expected = "an object",
          .begin = [](void* field) { as<Map>(field).clear(); },
          .member = [](void* field, const std::string& key, Members&,
                       std::string&) { return field_of(as<Map>(field)[key]); }};
}

template <class Element>
constexpr Taker taker_of(std::type_identity<std::vector<Element>>) {
  using Vector = std::vector<Element>;
  return {.expected = "an array",
          .begin = [](void* field) { as<Vector>(field).clear(); },
          .element = [](void* field) { return field_of(as<Vector>(field).emplace_back()); }};
}

template <class Value>
constexpr Taker taker_of(std::type_identity<std::optional<Value>>) {
  using Optional = std::optional<Value>;
  return {.absent = [](void* field) { as<Optional>(field).reset(); },
          .inside = [](void* field) { return field_of(as<Optional>(field).emplace()); }};
}

// An object of one member, which is named after what it is.
template <class... Sources>
constexpr Taker taker_of(std::type_identity<std::variant<Sources...>>) {
  using Variant = std::variant<Sources...>;
  return {.expected = "an object of one member",
          .member =
              [](void* field, const std::string& key, Members&, std::string& fault) {
                Field found;
                const auto take_if_named = [&]<class Source>(std::type_identity<Source>) {
                  if (key != kSourceName<Source>) return false;
                  found = field_of(as<Variant>(field).template emplace<Source>());
                  return true;
                };
                if (!(take_if_named(std::type_identity<Sources>{}) || ...))
                  fault = ": no such source: '" + key.substr(0, 40) + "'";
                return found;
              },
          .end = [](void*, const Members& members) -> std::string {
            return members.count == 1 ? "" : ": expected an object of one member, found object";
          }};
}

template <class Value>
inline constexpr Taker kTaker = taker_of(std::type_identity<Value>{});

}  // namespace detail

template <class Value>
Field field_of(Value& value) {
  return {&value, &detail::kTaker<Value>};
}

}  // namespace podrun
