// Writing a record. Reading one, where nothing may be taken on trust, is record_reader.cc.
#include "runtime/store/record.h"

#include <nlohmann/json.hpp>
#include <type_traits>

#include "runtime/store/record_fields.h"

namespace podrun {
namespace {

using Json = nlohmann::ordered_json;

class Writer {
 public:
  template <class Value>
  void operator()(const char* key, const Value& value) {
    object_[key] = encode(value);
  }
  template <class Value>
  void optional(const char* key, const Value& value) {
    (*this)(key, value);
  }
  Json take() && { return std::move(object_); }

  template <class Record>
  static Json object(const Record& record) {
    Writer writer;
    visit(writer, record);
    return std::move(writer).take();
  }

 private:
  static Json encode(const std::string& text) { return text; }
  static Json encode(PodState state) { return to_text(state); }
  static Json encode(const std::pair<std::string, std::string>& variable) {
    return variable.first + "=" + variable.second;
  }
  template <class Value>
  static Json encode(const std::map<std::string, Value>& map) {
    return map;
  }
  template <class Element>
  static Json encode(const std::vector<Element>& elements) {
    Json array = Json::array();
    for (const Element& element : elements) array.push_back(encode(element));
    return array;
  }
  template <class Value>
  static Json encode(const Value& value) {
    if constexpr (std::is_arithmetic_v<Value>) {
      return value;
    } else {
      return object(value);
    }
  }

  Json object_ = Json::object();
};

}  // namespace

const char* to_text(PodState state) {
  switch (state) {
    case PodState::creating:
      return "creating";
    case PodState::ready:
      return "ready";
    case PodState::deleting:
      return "deleting";
  }
  return "unknown";
}

std::string to_json(const PodRecord& record) {
  Json json = {{"format", PodRecord::kFormat}};
  json.update(Writer::object(record));
  // Text that is no UTF-8 (an odd --data-dir, say) is kept readable rather than losing the record.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace podrun
