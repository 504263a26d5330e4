// Labs: pages of Markdown that tell how something works. Their fenced blocks are what is to be typed on the way, what must
// be true then, and how to break it; so a page is documentation, replay and test at once. Pure.
//
//     ```needs             each line a command that succeeds where the lab can run
//     ```console           what is typed: lines behind "# ", continued by lines behind "> "; all else is what it prints
//     ```check             each line a command that succeeds now
//     ```break CAUSE FROM TO:PORT
//                          each line a command; then `podrun explain FROM TO:PORT` has to name that cause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct LabBlock {
  enum class Kind { needs, step, check, breaking };
  Kind kind = Kind::step;
  std::string heading;                // the last one above it
  std::vector<std::string> commands;  // for a shell
  int line = 0;                       // of the page, from 1: the opening fence
  int last_line = 0;                  // the closing one
  std::string cause, from, to;        // of what breaks
};

struct Lab {
  std::string name;
  std::string title;
  std::string summary;  // the paragraph below the title
  std::string text;     // the page
  std::vector<LabBlock> blocks;
};

// Kind::invalid with the line: a page without a title or a step, a block without a command, a break without its three
// words.
Result<Lab> parse_lab(std::string name, std::string text);

// The page as it is read: without checks and breaks.
std::string readable_text(const Lab& lab);

// The pages that podrun brings, by name, in the order in which they are best read.
struct LabPage {
  std::string_view name;
  std::string_view text;
};
const std::vector<LabPage>& lab_pages();

}  // namespace podrun
