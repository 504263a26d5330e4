// Columns as kubectl prints them: left-aligned, three spaces apart, at least six wide, nothing after the last.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace podrun::cli {

using Row = std::vector<std::string>;

// One that goes on: rows that come later stand in columns no narrower than before. A row may be shorter than others.
class Table {
 public:
  std::string lines(const std::vector<Row>& rows);

 private:
  std::vector<std::size_t> widths_;
};

// What kubectl shows in a cell of nothing.
inline std::string or_none(std::string cell) { return cell.empty() ? "<none>" : std::move(cell); }

// The first row is the heading.
std::string table(const std::vector<Row>& rows);

}  // namespace podrun::cli
