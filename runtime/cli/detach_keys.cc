#include "runtime/cli/detach_keys.h"

#include <optional>
#include <utility>

#include "runtime/manifest/text.h"

namespace podrun::cli {
namespace {

constexpr std::string_view kControl = "ctrl-";
constexpr std::size_t kMostKeys = 16;

// A terminal sends for ctrl and a key what of its code the five lowest bits are.
std::optional<char> control(char key) {
  if (key >= 'a' && key <= 'z') key = static_cast<char>(key - 'a' + 'A');
  if (key < '@' || key > '_') return std::nullopt;
  return static_cast<char>(key & 0x1f);
}

std::optional<char> byte_of(std::string_view key) {
  if (key.size() == 1) return key.front();
  if (key.size() == kControl.size() + 1 && key.starts_with(kControl)) return control(key.back());
  return std::nullopt;
}

}  // namespace

Result<DetachKeys> DetachKeys::parse(const std::string& text) {
  DetachKeys keys;
  for (std::size_t begin = 0; begin < text.size() || (begin > 0 && begin == text.size());) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string key = text.substr(begin, end - begin);
    const auto byte = byte_of(key);
    if (!byte || keys.keys_.size() == kMostKeys)
      return Error{Kind::invalid, 0,
                   "key " + manifest::quote(key) +
                       ": expected at most 16 keys joined by commas, each a character or ctrl- and one of "
                       "a-z @ [ \\ ] ^ _"};
    keys.keys_ += *byte;
    begin = end + 1;
  }
  return keys;
}

std::string DetachKeys::pass(std::string_view typed) {
  std::string passed;
  for (const char c : typed) {
    waiting_ += c;
    while (!keys_.starts_with(waiting_)) {
      passed += waiting_.front();
      waiting_.erase(0, 1);
    }
    are_typed_ = !keys_.empty() && waiting_ == keys_;
    if (are_typed_) break;
  }
  return passed;
}

std::string DetachKeys::rest() { return are_typed_ ? std::string() : std::exchange(waiting_, {}); }

}  // namespace podrun::cli
