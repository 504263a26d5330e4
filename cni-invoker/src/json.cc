#include "cni/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "cni/base/try.h"
#include "go_json_text.h"

namespace cni {
namespace {

constexpr int kMaxDepth = 100;  // CNI documents nest about ten deep; recursion over hostile ones must end

// Accepts everything and remembers only where it had to stop.
class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    // nlohmann: "[id] parse error at line L, column C: what happened"
    const std::string_view text = error.what();
    message = text.substr(text.find(": ", text.find("column ")) + 2);
    offset = position - 1;  // of what it has read, the end included
    return false;
  }

  std::string message = "nested more than " + std::to_string(kMaxDepth) + " levels deep";
  std::size_t offset = 0;

 private:
  bool enter() { return ++depth_ <= kMaxDepth; }
  bool leave() {
    --depth_;
    return true;
  }
  int depth_ = 0;
};

// As it is when it stands between quotation marks: nearly all texts are.
bool needs_no_escape(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

bool is_plain_string(std::string_view json) {
  return json.size() >= 2 && json.front() == '"' && json.back() == '"' &&
         needs_no_escape(json.substr(1, json.size() - 2));
}

std::string decode_string(std::string_view json) {
  const std::string_view inner = json.substr(1, json.size() - 2);
  if (needs_no_escape(inner)) return std::string(inner);
  const nlohmann::json value = parse_tree(json);
  return value.is_string() ? value.get<std::string>() : std::string(inner);
}

// Walks text that check_json has accepted, so it need not look for errors.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    return at_;
  }
  char peek() {
    skip_space();
    return text_[at_];
  }
  // One value without the white space between its tokens.
  std::string value() {
    switch (peek()) {
      case '{': {
        std::string out = "{";
        for (const JsonObject::Member& member : members()) {
          if (out.size() > 1) out += ',';
          out += json_text(member.key);
          out += ':';
          out += member.value;
        }
        return out += '}';
      }
      case '[': {
        std::string out = "[";
        for (const JsonObject::Member& element : elements()) {
          if (out.size() > 1) out += ',';
          out += element.value;
        }
        return out += ']';
      }
      case '"':
        return well_formed(string());
      default: {
        const std::size_t start = at_;
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        return std::string(text_.substr(start, at_ - start));
      }
    }
  }
  std::vector<JsonObject::Member> members() {
    std::vector<JsonObject::Member> all;
    std::unordered_map<std::string, std::size_t> known;
    ++at_;
    while (peek() != '}') {
      std::string key = decode_string(string());
      skip_space();
      ++at_;  // the colon
      const std::size_t offset = skip_space();
      std::string text = value();
      const std::size_t length = at_ - offset;
      if (peek() == ',') ++at_;
      const auto [place, fresh] = known.try_emplace(key, all.size());
      if (fresh) all.emplace_back();
      all[place->second] = {std::move(key), std::move(text), offset, length};
    }
    ++at_;
    return all;
  }
  std::vector<JsonObject::Member> elements() {
    std::vector<JsonObject::Member> all;
    ++at_;
    while (peek() != ']') {
      const std::size_t offset = at_;
      std::string text = value();
      all.push_back({{}, std::move(text), offset, at_ - offset});
      if (peek() == ',') ++at_;
    }
    ++at_;
    return all;
  }

 private:
  std::string_view string() {
    const std::size_t start = at_++;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    return text_.substr(start, ++at_ - start);
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

Error error_at(std::string_view text, std::size_t offset, const std::string& message) {
  const TextPosition place = position_of(text, offset);
  return {Kind::invalid, 0,
          "line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " + message};
}

}  // namespace

TextPosition position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto newline = before.rfind('\n');
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1};
}

Result<void> check_json(std::string_view text, std::size_t* offset) {
  if (offset != nullptr) *offset = 0;
  if (text.starts_with("\xEF\xBB\xBF")) return error_at(text, 0, "starts with a byte order mark: save it without");
  if (Checker strict; nlohmann::json::sax_parse(text, &strict)) return {};
  Checker checker;
  if (nlohmann::json::sax_parse(stand_in(text), &checker)) return {};
  if (offset != nullptr) *offset = checker.offset;
  return error_at(text, checker.offset, checker.message);
}

Result<JsonObject> JsonObject::parse(std::string_view text) {
  TRY(check_json(text));
  Scanner scanner(text);
  if (scanner.peek() != '{') return error_at(text, scanner.skip_space(), "expected a JSON object");
  JsonObject object;
  object.members_ = scanner.members();
  return object;
}

const JsonObject::Member* JsonObject::member(std::string_view key) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& one) { return one.key == key; });
  return found == members_.end() ? nullptr : &*found;
}

const std::string* JsonObject::find(std::string_view key) const {
  const Member* found = member(key);
  return found == nullptr ? nullptr : &found->value;
}

void JsonObject::set(std::string_view key, std::string value) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& one) { return one.key == key; });
  if (found == members_.end())
    members_.push_back({std::string(key), std::move(value)});
  else
    found->value = std::move(value);
}

void JsonObject::erase(std::string_view key) {
  std::erase_if(members_, [&](const Member& one) { return one.key == key; });
}

std::string JsonObject::dump() const {
  std::string out = "{";
  for (const Member& member : members_) {
    if (out.size() > 1) out += ',';
    out += json_text(member.key);
    out += ':';
    out += member.value;
  }
  return out += '}';
}

Result<std::vector<JsonObject::Member>> parse_json_array(std::string_view text) {
  TRY(check_json(text));
  Scanner scanner(text);
  if (scanner.peek() != '[') return error_at(text, scanner.skip_space(), "expected a JSON array");
  return scanner.elements();
}

std::string json_text(std::string_view text) {
  if (needs_no_escape(text)) return '"' + std::string(text) + '"';
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::string> json_string(std::string_view json) {
  if (is_plain_string(json)) return std::string(json.substr(1, json.size() - 2));
  const nlohmann::json value = parse_tree(json);
  if (!value.is_string()) return Error{Kind::invalid, 0, "expected a JSON string"};
  return value.get<std::string>();
}

}  // namespace cni
