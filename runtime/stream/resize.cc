#include "runtime/stream/resize.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace podrun::stream {
namespace {

constexpr std::size_t kMaxObject = 256;

std::optional<std::uint16_t> cells(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto number = found->get<std::uint64_t>();
  if (number == 0 || number > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<TerminalSize> parse_size(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  const auto columns = cells(object, "Width");
  const auto rows = cells(object, "Height");
  if (!columns || !rows) return std::nullopt;
  return TerminalSize{.columns = *columns, .rows = *rows};
}

}  // namespace

std::vector<TerminalSize> ResizeReader::feed(std::string_view bytes) {
  std::vector<TerminalSize> sizes;
  for (const char c : bytes) {
    // There is no object within such an object, so each begins at a brace and ends at the next.
    if (c == '{') object_.clear();
    if (object_.size() < kMaxObject) object_ += c;
    if (c != '}') continue;
    if (const auto size = parse_size(object_)) sizes.push_back(*size);
    object_.clear();
  }
  return sizes;
}

}  // namespace podrun::stream
