#include "cni/config_view.h"

#include <algorithm>
#include <charconv>

#include "cni/base/try.h"
#include "cni/json.h"
#include "cni/skel.h"

namespace cni {
namespace {

bool is_plain(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// nullopt unless all of the text is the number.
template <class Number>
std::optional<Number> parse_number(std::string_view json) {
  Number number{};
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return number;
}

std::string whole_number_of(const NumberRange& range) {
  const NumberRange any;
  if (range.min == any.min && range.max == any.max) return "a whole number";
  if (range.max == any.max) return "a whole number, " + std::to_string(range.min) + " or more";
  if (range.min == any.min) return "a whole number, at most " + std::to_string(range.max);
  return "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max);
}

}  // namespace

Result<ConfigView> ConfigView::parse(std::string document) {
  TRY(JsonObject::parse(document));
  ConfigView view;
  view.document_ = std::make_shared<const std::string>(std::move(document));
  view.offset_ = std::min(view.document_->find('{'), view.document_->size());
  view.length_ = view.document_->size() - view.offset_;
  return view;
}

ConfigView ConfigView::part(const std::string& path, std::size_t offset, std::size_t length) const {
  ConfigView view(*this);
  view.path_ += path;
  view.offset_ += offset;
  view.length_ = length;
  if (view.json() == "null") view.length_ = 0;
  return view;
}

ConfigView ConfigView::operator[](std::string_view key) const {
  const std::string name = is_plain(key) ? (path_.empty() ? "" : ".") + std::string(key) : "[" + json_text(key) + "]";
  if (!is_there()) return part(name, 0, 0);
  const auto object = JsonObject::parse(json());
  if (!object) {
    ConfigView view = part(name, 0, 0);
    view.wrong_ = expected("an object");
    return view;
  }
  const JsonObject::Member* member = object->member(key);
  return member == nullptr ? part(name, 0, 0) : part(name, member->offset, member->length);
}

std::string_view ConfigView::json() const {
  return is_there() ? std::string_view(*document_).substr(offset_, length_) : std::string_view();
}

Error ConfigView::error(const std::string& message) const {
  const TextPosition place = position_of(document_ == nullptr ? std::string_view() : *document_, offset_);
  return plugin_error(code::kInvalidConfig, "line " + std::to_string(place.line) + ", column " +
                                                std::to_string(place.column) + ": '" + path_ + "': " + message);
}

Error ConfigView::expected(std::string_view what) const { return error("expected " + std::string(what)); }

Result<void> ConfigView::check_there() const {
  if (wrong_) return *wrong_;
  if (!is_there()) return error("is missing");
  return {};
}

Result<std::string> ConfigView::text() const {
  TRY(check_there());
  auto text = json_string(json());
  if (!text) return expected("a string");
  return text;
}

Result<bool> ConfigView::flag() const {
  TRY(check_there());
  if (json() == "true") return true;
  if (json() == "false") return false;
  return expected("true or false");
}

Result<std::int64_t> ConfigView::number(NumberRange range) const {
  TRY(check_there());
  const auto number = parse_number<std::int64_t>(json());
  if (!number || *number < range.min || *number > range.max) return expected(whole_number_of(range));
  return *number;
}

Result<double> ConfigView::real() const {
  TRY(check_there());
  const auto number = parse_number<double>(json());
  if (!number) return expected("a number");
  return *number;
}

Result<std::string> ConfigView::text_or(std::string otherwise) const {
  return is_absent() ? Result<std::string>(std::move(otherwise)) : text();
}
Result<bool> ConfigView::flag_or(bool otherwise) const { return is_absent() ? Result<bool>(otherwise) : flag(); }
Result<std::int64_t> ConfigView::number_or(std::int64_t otherwise, NumberRange range) const {
  return is_absent() ? Result<std::int64_t>(otherwise) : number(range);
}
Result<double> ConfigView::real_or(double otherwise) const { return is_absent() ? Result<double>(otherwise) : real(); }

Result<std::vector<ConfigView>> ConfigView::array() const {
  std::vector<ConfigView> parts;
  if (is_absent()) return parts;
  TRY(check_there());
  const auto elements = parse_json_array(json());
  if (!elements) return expected("an array");
  for (const JsonObject::Member& element : *elements)
    parts.push_back(part("[" + std::to_string(parts.size()) + "]", element.offset, element.length));
  return parts;
}

Result<std::vector<std::string>> ConfigView::texts() const {
  std::vector<std::string> texts;
  for (const ConfigView& one : TRY(array())) texts.push_back(TRY(one.text()));
  return texts;
}

Result<std::vector<std::pair<std::string, ConfigView>>> ConfigView::members() const {
  std::vector<std::pair<std::string, ConfigView>> parts;
  if (is_absent()) return parts;
  TRY(check_there());
  const auto object = JsonObject::parse(json());
  if (!object) return expected("an object");
  for (const JsonObject::Member& member : object->members()) parts.emplace_back(member.key, (*this)[member.key]);
  return parts;
}

}  // namespace cni
