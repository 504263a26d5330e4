#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <variant>

#include "runtime/store/record_fields.h"
#include "runtime/store/record_json.h"

namespace podrun {
namespace {

using OrderedJson = nlohmann::ordered_json;

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
  OrderedJson take() && { return std::move(object_); }

  template <class Record>
  static OrderedJson object(const Record& record) {
    Writer writer;
    visit(writer, record);
    return std::move(writer).take();
  }

 private:
  static OrderedJson encode(const std::string& text) { return text; }
  static OrderedJson encode(const std::pair<std::string, std::string>& variable) {
    return variable.first + "=" + variable.second;
  }
  template <class Value>
  static OrderedJson encode(const std::map<std::string, Value>& map) {
    OrderedJson members = OrderedJson::object();
    for (const auto& [key, value] : map) members[key] = encode(value);
    return members;
  }
  template <class Value>
  static OrderedJson encode(const std::optional<Value>& value) {
    return value ? encode(*value) : OrderedJson();
  }
  template <class... Sources>
  static OrderedJson encode(const std::variant<Sources...>& source) {
    return std::visit(
        [](const auto& one) {
          return OrderedJson{{kSourceName<std::decay_t<decltype(one)>>, object(one)}};
        },
        source);
  }
  template <class Element>
  static OrderedJson encode(const std::vector<Element>& elements) {
    OrderedJson array = OrderedJson::array();
    for (const Element& element : elements) array.push_back(encode(element));
    return array;
  }
  template <class Value>
  static OrderedJson encode(const Value& value) {
    if constexpr (std::is_arithmetic_v<Value>) {
      return value;
    } else if constexpr (std::is_enum_v<Value>) {
      return kWords<Value>.at(static_cast<std::size_t>(value));
    } else {
      return object(value);
    }
  }

  OrderedJson object_ = OrderedJson::object();
};

template <class Record>
std::string text_of(const Record& record) {
  OrderedJson json = {{"format", kRecordFormat}};
  json.update(Writer::object(record));
  // Text that is no UTF-8 (an odd --data-dir, say) is kept readable rather than losing the record.
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

const char* to_text(PodState state) { return kWords<PodState>.at(static_cast<std::size_t>(state)); }

std::string to_json(const PodRecord& record) { return text_of(record); }

std::string to_json(const ContainerRecord& record) { return text_of(record); }

std::string to_json(const ProbeMemory& memory) { return text_of(memory); }

}  // namespace podrun
