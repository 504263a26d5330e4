// Reads records field by field. Of every one presence, type and range are checked, since what delete and recover do
// with a wrong one is not to be undone.
#pragma once

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/store/record_fields.h"
#include "runtime/store/record_json.h"

namespace podrun {

using Json = nlohmann::json;

// Visits the fields of one JSON object. The first fault is kept, with the path of the field, and stops the reading.
class Reader {
 public:
  Reader(const Json& object, std::string path, std::string& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  template <class Value>
  void operator()(const char* key, Value& value) {
    if (!fault_.empty()) return;
    const auto found = object_.find(key);
    const std::string path = path_.empty() ? key : path_ + "." + key;
    if (found == object_.end()) {
      fault_ = path + ": missing";
    } else {
      decode(*found, path, value);
    }
  }
  template <class Value>
  void optional(const char* key, Value& value) {
    if (object_.contains(key)) (*this)(key, value);
  }

 private:
  void expect(bool good, const std::string& path, const char* what, const Json& json) {
    if (!good) fault_ = path + ": expected " + what + ", found " + json.type_name();
  }

  void decode(const Json& json, const std::string& path, std::string& text) {
    if (const auto* value = json.get_ptr<const std::string*>()) {
      text = *value;
    } else {
      expect(false, path, "a string", json);
    }
  }

  void decode(const Json& json, const std::string& path, bool& flag) {
    if (const auto* value = json.get_ptr<const bool*>()) {
      flag = *value;
    } else {
      expect(false, path, "true or false", json);
    }
  }

  template <class Number>
  requires std::is_integral_v<Number>
  void decode(const Json& json, const std::string& path, Number& number) {
    if (!json.is_number_integer()) return expect(false, path, "a whole number", json);
    const bool fits = json.is_number_unsigned() ? std::in_range<Number>(json.get<std::uint64_t>())
                                                : std::in_range<Number>(json.get<std::int64_t>());
    if (!fits) {
      fault_ = path + ": number out of range";
    } else {
      number = json.get<Number>();
    }
  }

  template <class Enum>
  requires std::is_enum_v<Enum>
  void decode(const Json& json, const std::string& path, Enum& value) {
    std::string text;
    decode(json, path, text);
    for (std::size_t i = 0; i < kWords<Enum>.size(); ++i) {
      if (text == kWords<Enum>[i]) {
        value = static_cast<Enum>(i);
        return;
      }
    }
    if (fault_.empty()) fault_ = path + ": '" + text.substr(0, 40) + "' is none of its words";
  }

  void decode(const Json& json, const std::string& path, std::pair<std::string, std::string>& variable) {
    std::string text;
    decode(json, path, text);
    const auto equals = text.find('=');
    if (fault_.empty() && equals == std::string::npos) fault_ = path + ": expected NAME=VALUE";
    if (!fault_.empty()) return;
    variable = {text.substr(0, equals), text.substr(equals + 1)};
  }

  template <class Value>
  void decode(const Json& json, const std::string& path, std::map<std::string, Value>& map) {
    if (!json.is_object()) return expect(false, path, "an object", json);
    for (const auto& [key, value] : json.items()) {
      if (!fault_.empty()) return;
      decode(value, path + "." + key, map[key]);
    }
  }

  template <class Element>
  void decode(const Json& json, const std::string& path, std::vector<Element>& elements) {
    if (!json.is_array()) return expect(false, path, "an array", json);
    for (const Json& element : json) {
      if (!fault_.empty()) return;
      const std::string here = path + "[" + std::to_string(elements.size()) + "]";
      decode(element, here, elements.emplace_back());
    }
  }

  template <class Value>
  void decode(const Json& json, const std::string& path, std::optional<Value>& value) {
    if (!json.is_null()) decode(json, path, value.emplace());
  }

  template <class... Sources>
  void decode(const Json& json, const std::string& path, std::variant<Sources...>& source) {
    if (!json.is_object() || json.size() != 1) return expect(false, path, "an object of one member", json);
    const std::string name = json.begin().key();
    const auto take_if_named = [&]<class Source>(Source&& empty) {
      if (name != kSourceName<Source>) return false;
      decode(json.begin().value(), path + "." + name, source.template emplace<Source>(std::move(empty)));
      return true;
    };
    if (!(take_if_named(Sources{}) || ...)) fault_ = path + ": no such source: '" + name.substr(0, 40) + "'";
  }

  template <class Record>
  requires std::is_class_v<Record>
  void decode(const Json& json, const std::string& path, Record& record) {
    if (!json.is_object()) return expect(false, path, "an object", json);
    Reader reader(json, path, fault_);
    visit(reader, record);
  }

  const Json& object_;
  std::string path_;
  std::string& fault_;
};

Error corrupt_record(const std::string& what);

// The JSON object of a record of `format`; Kind::corrupt.
Result<Json> parse_record(const std::string& text, int format);

// What the types cannot say of a pod and of a container; empty where there is nothing to say.
std::string why_implausible(const PodRecord& pod);
std::string why_implausible(const ContainerRecord& container);

template <class Record>
Result<Record> read_record(const std::string& text, int format) {
  const Json json = TRY(parse_record(text, format));
  std::string fault;
  Record record;
  Reader reader(json, "", fault);
  visit(reader, record);
  if (fault.empty()) fault = why_implausible(record);
  if (!fault.empty()) return corrupt_record(fault);
  return record;
}

}  // namespace podrun
