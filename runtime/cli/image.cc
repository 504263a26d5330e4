// podrun image: the group of commands, and what they share.
#include <array>
#include <cstdio>

#include "runtime/cli/commands.h"
#include "runtime/cli/image_commands.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kImageCommands[] = {
    {"import", "Take an image from a file or a directory", image_import_command},
    {"inspect", "Print what is known of images, as JSON", image_inspect_command},
    {"list", "List the images that have been pulled or imported", image_list_command},
    {"prune", "Remove what neither a name nor a pod leads to", image_prune_command},
    {"pull", "Get images from registries", image_pull_command},
    {"rm", "Remove images", image_rm_command},
};

}  // namespace

void tell_of_waiting() { note("Waiting for pulls and creates that are under way"); }

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
}

void image_command(Command& command, Context&) { command.group(kImageCommands); }

}  // namespace podrun::cli
