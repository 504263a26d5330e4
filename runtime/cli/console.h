// What a person sees: results on stdout, everything else on stderr, one line each.
#pragma once

#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

// Opens what is missing of descriptors 0, 1 and 2 so that no file of ours gets their number; writing there still fails.
// Has a reader that went away tell us so (EPIPE) in place of killing us in the middle of a create.
void prepare_console();

// Results, printable where they go to a terminal and byte for byte elsewhere. Buffered; whatever happens on the way (a
// full disk, a reader that went away) is kept for flush to say.
class Output {
 public:
  explicit Output(int fd = STDOUT_FILENO) : fd_(fd) {}
  void print(std::string_view text);
  // Text that is printable already.
  void print_shown(std::string_view text);
  bool is_terminal();
  Result<void> flush();

 private:
  void write_out();
  int fd_;
  std::optional<bool> terminal_;  // asked for when something is printed
  std::string buffer_;
  std::optional<Error> error_;
};

// The text on one line: control characters, such as a plugin's line breaks, are shown escaped.
std::string one_line(std::string_view text);

void note(std::string_view text);  // "TEXT": no result, no error, kubectl's "No resources found"
void say(std::string_view text);   // "podrun: TEXT"
void warn(std::string_view text);  // "podrun: warning: TEXT"

// Says the error, with what to do about it where that is known, and returns its exit code.
int report(const Error& error);

}  // namespace podrun::cli
