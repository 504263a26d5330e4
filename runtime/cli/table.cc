#include "runtime/cli/table.h"

#include <algorithm>

namespace podrun::cli {
namespace {

constexpr std::size_t kTableGap = 3;
constexpr std::size_t kMinimum = 6;

}  // namespace

std::string Table::lines(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    widths_.resize(std::max(widths_.size(), row.size()), kMinimum);
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size() + kTableGap);
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths_[i] - row[i].size(), ' ');
    }
    text += '\n';
  }
  return text;
}

std::string table(const std::vector<Row>& rows) { return Table().lines(rows); }

}  // namespace podrun::cli
