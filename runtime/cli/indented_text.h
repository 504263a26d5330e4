// Lines of "Key:   value" below each other, as describe prints them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace podrun::cli {

// The values of one indent are in one column. What others wrote is shown on one line (console.h).
class IndentedText {
 public:
  static constexpr std::size_t kColumn = 18;

  void line(std::size_t indent, const std::string& key, const std::string& value);
  // Of several lines, those after the first below it.
  void lines(std::size_t indent, std::string key, std::string_view value);
  void bare(std::size_t indent, const std::string& value);
  // Whole lines, each of which is one already.
  void block(std::size_t indent, std::string_view lines);
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace podrun::cli
