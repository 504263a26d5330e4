// The template of kubectl's -o jsonpath: text, paths in braces, and {range PATH}…{end} for each match.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/json_path.h"

namespace podrun::cli {

// Strings as they are, everything else as JSON.
std::string plain_text(const nlohmann::json& value);

class JsonTemplate {
 public:
  static Result<JsonTemplate> parse(std::string_view text);

  // Matches of one path are separated by spaces.
  std::string fill_in(const nlohmann::json& document) const;

 private:
  struct Piece {
    std::string text;
    std::optional<JsonPath> path;  // instead of text
    bool is_range = false;         // `body` for each match of `path`
    std::vector<Piece> body;
  };
  class Parser;

  static void append(std::string& out, const std::vector<Piece>& pieces, const nlohmann::json& document,
                     const nlohmann::json& here);

  std::vector<Piece> pieces_;
};

}  // namespace podrun::cli
