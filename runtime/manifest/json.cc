// JSON, by nlohmann's event interface: unlike its parser, it lets us bound depth and refuse a key given twice.
#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "runtime/manifest/document.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

// Counts what the lexer has taken, since nlohmann tells positions only with errors of its own.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** taken) : at_(at), taken_(taken) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *taken_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** taken_;
};

// "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error …" without its first half, whose
// place is one in this document alone.
std::string plain_words(std::string_view what) {
  const std::size_t place = what.find("column ");
  const std::size_t words = what.find(": ", place == std::string_view::npos ? 0 : place);
  return std::string(words == std::string_view::npos ? what : what.substr(words + 2));
}

class JsonEvents : public nlohmann::json_sax<Json> {
 public:
  JsonEvents(std::string_view text, const char* const* taken) : text_(text), taken_(taken) {}

  bool null() override { return take(tree_.value(nullptr)); }
  bool boolean(bool value) override { return take(tree_.value(value)); }
  bool number_integer(number_integer_t value) override { return take(tree_.value(value)); }
  bool number_unsigned(number_unsigned_t value) override { return take(tree_.value(value)); }
  bool number_float(number_float_t value, const string_t&) override { return take(tree_.value(value)); }
  bool string(string_t& value) override { return take(tree_.value(std::move(value))); }
  bool binary(binary_t&) override { return false; }  // not in JSON texts
  bool start_object(std::size_t) override { return take(tree_.open(Json::object())); }
  bool start_array(std::size_t) override { return take(tree_.open(Json::array())); }
  bool key(string_t& name) override { return take(tree_.key(std::move(name))); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t read, const std::string&, const nlohmann::json::exception& error) override {
    error_ = Error{Kind::invalid, 0, plain_words(error.what())}.in(
        position_of(text_, start_ + std::max<std::size_t>(read, 1) - 1));
    return false;
  }

  void begin_document() { start_ = static_cast<std::size_t>(*taken_ - text_.data()); }

  Result<Json> finish() {
    if (error_) return *std::move(error_);
    return tree_.take();
  }

 private:
  bool close() {
    tree_.close();
    return true;
  }
  bool take(Result<void> done) {
    if (!done)
      error_ = std::move(done).error().in(position_of(text_, static_cast<std::size_t>(*taken_ - text_.data())));
    return !error_;
  }

  std::string_view text_;
  const char* const* taken_;
  std::size_t start_ = 0;  // of the document
  TreeBuilder tree_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<Json>> read_json(std::string_view text) {
  constexpr const char* kBlanks = " \t\r\n";
  std::vector<Json> documents;
  const char* taken = text.data();
  const char* const end = text.data() + text.size();
  JsonEvents events(text, &taken);
  do {
    events.begin_document();
    Json::sax_parse(Cursor(taken, &taken), Cursor(end, &taken), &events, nlohmann::detail::input_format_t::json, false);
    if (Json document = TRY(events.finish()); !document.is_null()) documents.push_back(std::move(document));
  } while (text.find_first_not_of(kBlanks, static_cast<std::size_t>(taken - text.data())) != std::string_view::npos);
  return documents;
}

}  // namespace podrun::manifest
