// How far something is: one line on a terminal that is renewed. Elsewhere nothing.
#pragma once

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

}  // namespace podrun::cli
