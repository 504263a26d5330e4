// podrun's own terminal while a command of exec has one too.
#pragma once

#include <termios.h>

namespace podrun {

// Gives the terminal behind `master` the size of ours; to be called before its program starts, which may look only
// once.
void match_size(int master);

// Our own terminal, raw for as long as this lives.
class RawMode {
 public:
  RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode();

 private:
  termios saved_{};
  bool is_terminal_;
};

}  // namespace podrun
