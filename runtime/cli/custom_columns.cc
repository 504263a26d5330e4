#include "runtime/cli/custom_columns.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/json_template.h"

namespace podrun::cli {
namespace {

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

Result<CustomColumns> CustomColumns::parse(std::string_view text) {
  CustomColumns columns;
  for (const std::string& part : split(text, ",")) {
    const auto colon = part.find(':');
    if (colon == std::string::npos)
      return bad_input("column '" + part + "': expected HEADING:PATH, such as IP:.status.podIP");
    TRY(columns.add(part.substr(0, colon), part.substr(colon + 1)));
  }
  if (columns.columns_.empty()) return bad_input("expected columns, such as NAME:.metadata.name,IP:.status.podIP");
  return columns;
}

Result<CustomColumns> CustomColumns::parse_lines(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::vector<std::string> headings = split(first, " \t\r");
  const std::vector<std::string> paths = split(text.substr(first.size()), " \t\r\n");
  if (headings.empty() || headings.size() != paths.size())
    return bad_input("expected a line of headings, and a line with a path for each");
  CustomColumns columns;
  for (std::size_t i = 0; i < headings.size(); ++i) TRY(columns.add(headings[i], paths[i]));
  return columns;
}

Result<void> CustomColumns::add(std::string_view heading, std::string_view path) {
  columns_.push_back(
      {std::string(heading), TRY(JsonPath::parse_relaxed(path).in("column '" + std::string(heading) + "'"))});
  return {};
}

Row CustomColumns::heading() const {
  Row row;
  for (const Column& column : columns_) row.push_back(column.heading);
  return row;
}

Row CustomColumns::row(const nlohmann::json& document) const {
  Row row;
  for (const Column& column : columns_) {
    std::string& cell = row.emplace_back();
    for (const nlohmann::json* match : column.path.find(document, document))
      if (!match->is_null()) cell += (cell.empty() ? "" : ",") + plain_text(*match);
    if (cell.empty()) cell = "<none>";
  }
  return row;
}

}  // namespace podrun::cli
