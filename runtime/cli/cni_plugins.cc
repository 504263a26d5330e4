#include "runtime/cli/cni_plugins.h"

#include <filesystem>

namespace podrun::cli {

std::set<std::string> installed_plugins(const std::vector<std::string>& dirs) {
  namespace fs = std::filesystem;
  std::set<std::string> plugins;
  for (const std::string& dir : dirs) {
    std::error_code unreadable;  // as a directory that is not there: no plugin is found in it either
    for (auto entry = fs::directory_iterator(dir, unreadable); !unreadable && entry != fs::directory_iterator();
         entry.increment(unreadable)) {
      const auto status = entry->status(unreadable);
      if (fs::is_regular_file(status) && (status.permissions() & fs::perms::owner_exec) != fs::perms::none)
        plugins.insert(entry->path().filename());
    }
  }
  return plugins;
}

}  // namespace podrun::cli
