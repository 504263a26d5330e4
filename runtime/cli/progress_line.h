// How far something is: one line on a terminal that is renewed. Elsewhere nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podrun::cli {

class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();  // the line is gone again

  void show(std::string_view text);

 private:
  bool on_terminal_;
};

// For a pull, which may come late or never: the line is there from its first words on, until there are none.
void show_progress(std::optional<ProgressLine>& line, const std::string& text);

}  // namespace podrun::cli
