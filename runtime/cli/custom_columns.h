// kubectl's -o custom-columns: NAME:.metadata.name,IP:.status.podIP
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/json_path.h"
#include "runtime/cli/table.h"

namespace podrun::cli {

class CustomColumns {
 public:
  // Kind::invalid names the column that could not be read.
  static Result<CustomColumns> parse(std::string_view text);
  // Of a file: headings in the first line, below each its path.
  static Result<CustomColumns> parse_lines(std::string_view text);

  Row heading() const;
  // Several matches are joined by commas; what is not there is <none>.
  Row row(const nlohmann::json& document) const;

 private:
  struct Column {
    std::string heading;
    JsonPath path;
  };
  Result<void> add(std::string_view heading, std::string_view path);

  std::vector<Column> columns_;
};

}  // namespace podrun::cli
