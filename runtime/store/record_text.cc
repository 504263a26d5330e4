#include "runtime/store/record_text.h"

#include <nlohmann/json.hpp>

#include "runtime/store/record_reader.h"

namespace podrun {
namespace {

using Json = nlohmann::json;

// What nlohmann's parser tells of each value goes into the field whose turn it is.
class Events {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  explicit Events(Field record) : next_(record) {}

  const std::string& fault() const { return fault_; }
  const std::string& no_json() const { return no_json_; }

  bool null() {
    const Field field = take();
    if (field.taker == nullptr || field.taker->absent == nullptr) return refuse(field, "null");
    field.taker->absent(field.value);
    return true;
  }
  bool boolean(bool value) {
    const Field field = inside(take());
    return is_taken(field, &Taker::boolean) ? field.taker->boolean(field.value, value) : refuse(field, "boolean");
  }
  bool number_integer(number_integer_t value) { return number(value, &Taker::whole_number); }
  bool number_unsigned(number_unsigned_t value) { return number(value, &Taker::large_number); }
  bool number_float(number_float_t, const string_t&) { return refuse(inside(take()), "number"); }
  bool string(string_t& value) {
    const Field field = inside(take());
    if (!is_taken(field, &Taker::text)) return refuse(field, "string");
    if (std::string fault = field.taker->text(field.value, value); !fault.empty()) complain(fault);
    return true;
  }
  bool binary(binary_t&) { return refuse(inside(take()), "binary"); }

  bool start_object(std::size_t) { return start(false, &Taker::member, "object"); }
  bool key(string_t& key) {
    Open& object = open_.back();
    object.key = key;
    ++object.members.count;
    std::string fault;
    next_ = object.field.taker == nullptr ? Field()
                                          : object.field.taker->member(object.field.value, key, object.members, fault);
    if (!fault.empty()) complain_of(open_.size() - 1, fault);
    return true;
  }
  bool end_object() { return end(); }
  bool start_array(std::size_t) { return start(true, &Taker::element, "array"); }
  bool end_array() { return end(); }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, …"
    if (const auto tag = what.find("] "); tag != std::string_view::npos) what.remove_prefix(tag + 2);
    no_json_ = what.substr(0, 200);  // it quotes the last token, however long
    return false;
  }

 private:
  // An object or array that goes on.
  struct Open {
    Field field;
    bool is_array = false;
    Members members;
    std::string key;  // of the member that is being read
  };

  template <class Function>
  static bool is_taken(const Field& field, Function Taker::*function) {
    return field.taker != nullptr && field.taker->*function != nullptr;
  }

  static Field inside(const Field& field) {
    return is_taken(field, &Taker::inside) ? field.taker->inside(field.value) : field;
  }

  // Where the value goes that comes now.
  Field take() {
    if (open_.empty() || !open_.back().is_array) return next_;
    Open& array = open_.back();
    ++array.members.count;
    return array.field.taker == nullptr ? Field() : array.field.taker->element(array.field.value);
  }

  template <class Number, class Function>
  bool number(Number value, Function Taker::*function) {
    const Field field = inside(take());
    if (!is_taken(field, function)) return refuse(field, "number");
    if (!(field.taker->*function)(field.value, value)) complain(": number out of range");
    return true;
  }

  template <class Function>
  bool start(bool is_array, Function Taker::*function, const char* found) {
    Field field = inside(take());
    if (!is_taken(field, function)) {
      refuse(field, found);
      field = {};
    }
    if (is_taken(field, &Taker::begin)) field.taker->begin(field.value);
    open_.push_back({field, is_array, {}, {}});
    return true;
  }

  bool end() {
    const Open ended = std::move(open_.back());
    open_.pop_back();
    if (!is_taken(ended.field, &Taker::end)) return true;
    if (const std::string fault = ended.field.taker->end(ended.field.value, ended.members); !fault.empty())
      complain(fault);
    return true;
  }

  bool refuse(const Field& field, const char* found) {
    if (field.taker != nullptr) complain(std::string(": expected ") + field.taker->expected + ", found " + found);
    return true;
  }

  void complain(const std::string& fault) { complain_of(open_.size(), fault); }

  // Of the value that is being read in the first `depth` of what goes on.
  void complain_of(std::size_t depth, const std::string& fault) {
    if (!fault_.empty()) return;
    for (std::size_t i = 0; i < depth; ++i)
      fault_ += open_[i].is_array ? "[" + std::to_string(open_[i].members.count - 1) + "]" : "." + open_[i].key;
    fault_ += fault;
    fault_.erase(0, fault_.find_first_not_of(".: "));
  }

  Field next_;
  std::vector<Open> open_;
  std::string fault_;
  std::string no_json_;
};

}  // namespace

Result<std::string> read_fields(const std::string& text, Field record) {
  Events events(record);
  Json::sax_parse(text, &events);
  if (!events.no_json().empty()) return corrupt_record(events.no_json());
  return events.fault();
}

}  // namespace podrun
