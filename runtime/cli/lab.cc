// podrun lab: pages that tell how networks of pods work, and can be typed, checked and broken.
#include "base/files.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/manifest/suggest.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kLabCommands[] = {
    {"break", "Break something in a lab, to find out what it was", lab_break_command},
    {"check", "Play labs from their beginning, and see whether all is as they say", lab_check_command},
    {"commands", "Print what a person would type to make the network of a pod", lab_commands_command},
    {"do", "Type the commands of a lab, in a node of its own", lab_do_command},
    {"list", "List labs, and how far they have come", lab_list_command},
    {"reset", "Take the node of a lab away, and all that was done in it", lab_reset_command},
    {"show", "Print the page of a lab", lab_show_command},
};

}  // namespace

Result<Lab> find_lab(const std::string& word) {
  if (word.find('/') != std::string::npos || word.ends_with(".md")) {
    std::string text = TRY(base::read_file(word));
    const std::string file = word.substr(word.rfind('/') + 1);
    return parse_lab(file.ends_with(".md") ? file.substr(0, file.size() - 3) : file, std::move(text));
  }
  std::vector<std::string_view> names;
  for (const LabPage& page : lab_pages()) {
    if (page.name == word) return parse_lab(word, std::string(page.text));
    names.push_back(page.name);
  }
  const std::string_view near = manifest::closest(word, names);
  return Error{Kind::not_found, 0,
               "no lab is named '" + word + "'" +
                   (near.empty() ? "; 'podrun lab list' has them" : "; did you mean '" + std::string(near) + "'?")};
}

std::vector<Candidate> lab_names() {
  std::vector<Candidate> offered;
  for (const LabPage& page : lab_pages()) {
    const auto lab = parse_lab(std::string(page.name), std::string(page.text));
    offered.push_back({std::string(page.name), lab ? lab->title : ""});
  }
  return offered;
}

void lab_command(Command& command, Context&) { command.group(kLabCommands); }

}  // namespace podrun::cli
