// Columns as kubectl prints them: left-aligned, three spaces apart, at least six wide, nothing after the last.
#pragma once

#include <string>
#include <vector>

namespace podrun::cli {

using Row = std::vector<std::string>;

// The first row is the heading. A row may be shorter than others.
std::string table(const std::vector<Row>& rows);

}  // namespace podrun::cli
