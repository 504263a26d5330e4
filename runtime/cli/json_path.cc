#include "runtime/cli/json_path.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "runtime/cli/quoted_text.h"

namespace podrun::cli {
namespace {

using Json = JsonPath::Json;
using Matches = JsonPath::Matches;

void add_children(const Json& here, Matches& found) {
  if (!here.is_structured()) return;
  for (const Json& child : here) found.push_back(&child);
}

void add_descendants(const Json& here, Matches& found) {
  found.push_back(&here);
  if (!here.is_structured()) return;
  for (const Json& child : here) add_descendants(child, found);
}

void add_members(const Json& here, const std::vector<std::string>& names, Matches& found) {
  if (!here.is_object()) return;
  for (const std::string& name : names)
    if (const auto member = here.find(name); member != here.end()) found.push_back(&*member);
}

bool holds(const Json& left, std::string_view op, const Json& right) {
  if (op == "==") return left == right;
  if (op == "!=") return left != right;
  const bool comparable = (left.is_number() && right.is_number()) || (left.is_string() && right.is_string());
  if (!comparable) return false;
  if (op == "<") return left < right;
  if (op == "<=") return left <= right;
  return op == ">" ? left > right : left >= right;
}

}  // namespace

// [from:to:step]; an index alone is a slice of one.
struct JsonPath::Slice {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
  std::int64_t step = 1;

  void add_elements(const Json& here, Matches& found) const {
    if (!here.is_array()) return;
    const auto size = static_cast<std::int64_t>(here.size());
    const auto place = [size](std::int64_t index) { return index < 0 ? index + size : index; };
    const std::int64_t first = std::max<std::int64_t>(place(from.value_or(0)), 0);
    const std::int64_t end = std::min(place(to.value_or(size)), size);
    for (std::int64_t i = first; i < end; i += step) {
      found.push_back(&here[static_cast<std::size_t>(i)]);
      if (step >= size) return;
    }
  }
};

// Recursive descent; each rule leaves `rest_` behind what it read.
class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  Result<JsonPath> whole() {
    skip_spaces();
    JsonPath path = TRY(this->path());
    skip_spaces();
    if (!rest_.empty()) return unexpected();
    return path;
  }

 private:
  using Operand = std::function<Matches(const Json& document, const Json& here)>;

  Result<JsonPath> path() {
    JsonPath path;
    path.from_document_ = take("$");
    if (!path.from_document_ && !take("@") && !rest_.starts_with('.') && !rest_.starts_with('[')) return unexpected();
    while (rest_.starts_with('.') || rest_.starts_with('[')) {
      if (take("..")) {
        path.steps_.emplace_back([](const Json&, const Json& here, Matches& found) { add_descendants(here, found); });
        if (!rest_.starts_with('[')) path.steps_.push_back(TRY(name()));
      } else if (take(".")) {
        if (!rest_.starts_with('[') && !at_end()) path.steps_.push_back(TRY(name()));
      } else {
        path.steps_.push_back(TRY(brackets()));
      }
    }
    return path;
  }

  Result<Step> name() {
    std::string name;
    while (!rest_.empty() && std::string_view(" \t\n.,[]$@{}()=!<>").find(rest_.front()) == std::string_view::npos) {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      name += rest_.front();
      rest_.remove_prefix(1);
    }
    if (name.empty()) return unexpected();
    if (name == "*") return Step([](const Json&, const Json& here, Matches& found) { add_children(here, found); });
    return members({std::move(name)});
  }

  static Step members(std::vector<std::string> names) {
    return
        [names = std::move(names)](const Json&, const Json& here, Matches& found) { add_members(here, names, found); };
  }

  Result<Step> brackets() {
    take("[");
    skip_spaces();
    Step step;
    if (take("?")) {
      step = TRY(filter());
    } else if (take("*")) {
      step = [](const Json&, const Json& here, Matches& found) { add_children(here, found); };
    } else if (rest_.starts_with('\'') || rest_.starts_with('"')) {
      step = TRY(quoted_names());
    } else {
      step = TRY(indexes());
    }
    skip_spaces();
    if (!take("]")) return unexpected();
    return step;
  }

  Result<Step> quoted_names() {
    std::vector<std::string> names;
    do {
      skip_spaces();
      names.push_back(TRY(take_quoted(rest_)));
      skip_spaces();
    } while (take(","));
    return members(std::move(names));
  }

  Result<Step> indexes() {
    std::vector<Slice> slices;
    do {
      slices.push_back(TRY(slice()));
    } while (take(","));
    return Step([slices = std::move(slices)](const Json&, const Json& here, Matches& found) {
      for (const Slice& slice : slices) slice.add_elements(here, found);
    });
  }

  Result<Slice> slice() {
    Slice slice;
    slice.from = number();
    if (!take(":")) {
      if (!slice.from) return unexpected();
      if (*slice.from != -1) slice.to = *slice.from + 1;  // the last one ends where the list does
      return slice;
    }
    slice.to = number();
    if (take(":")) slice.step = number().value_or(1);
    if (slice.step < 1) return Error{Kind::invalid, 0, "a slice goes forward: its step is 1 or more"};
    return slice;
  }

  std::optional<std::int32_t> number() {
    skip_spaces();
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    skip_spaces();
    return number;
  }

  Result<Step> filter() {
    if (!take("(")) return unexpected();
    const Operand left = TRY(operand());
    std::string op;
    for (const char* one : {"==", "!=", "<=", ">=", "<", ">"})
      if (op.empty() && take(one)) op = one;
    const Operand right = op.empty() ? Operand() : TRY(operand());
    if (!take(")")) return unexpected();
    const auto chosen = [left, op, right](const Json& document, const Json& element) {
      const Matches a = left(document, element);
      if (a.empty() || op.empty()) return !a.empty();
      const Matches b = right(document, element);
      return !b.empty() && holds(*a.front(), op, *b.front());
    };
    return Step([chosen](const Json& document, const Json& here, Matches& found) {
      if (!here.is_array()) return;
      for (const Json& element : here)
        if (chosen(document, element)) found.push_back(&element);
    });
  }

  Result<Operand> operand() {
    skip_spaces();
    Operand operand;
    if (rest_.starts_with('@') || rest_.starts_with('$') || rest_.starts_with('.')) {
      const JsonPath path = TRY(this->path());
      operand = [path](const Json& document, const Json& here) { return path.find(document, here); };
    } else {
      const Json value = TRY(literal());
      operand = [value](const Json&, const Json&) { return Matches{&value}; };
    }
    skip_spaces();
    return operand;
  }

  Result<Json> literal() {
    if (rest_.starts_with('\'') || rest_.starts_with('"')) return Json(TRY(take_quoted(rest_)));
    const std::size_t end = std::min(rest_.find_first_of(" \t\n)=!<>"), rest_.size());
    Json value = Json::parse(rest_.substr(0, end), nullptr, false);  // a number, true, false or null
    if (value.is_discarded() || value.is_structured()) return unexpected();
    rest_.remove_prefix(end);
    return value;
  }

  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kJsonPathSpaces), rest_.size())); }

  bool at_end() const { return rest_.find_first_not_of(kJsonPathSpaces) == std::string_view::npos; }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  Error unexpected() const {
    const std::string where = rest_.empty() ? "the end" : "'" + std::string(rest_) + "'";
    return {Kind::invalid, 0, "'" + std::string(text_) + "' is no JSON path: unexpected " + where};
  }

  std::string_view text_;
  std::string_view rest_;
};

Result<JsonPath> JsonPath::parse(std::string_view text) { return Parser(text).whole(); }

Result<JsonPath> JsonPath::parse_relaxed(std::string_view text) {
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  const bool begun = text.starts_with('.') || text.starts_with('[') || text.starts_with('$') || text.starts_with('@');
  return parse(begun ? std::string(text) : "." + std::string(text));
}

Matches JsonPath::find(const Json& document, const Json& here) const {
  Matches found{from_document_ ? &document : &here};
  for (const Step& step : steps_) {
    Matches next;
    for (const Json* value : found) step(document, *value, next);
    found = std::move(next);
  }
  return found;
}

}  // namespace podrun::cli
