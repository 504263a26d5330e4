// The plugins that are installed.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace podrun::cli {

// Every program in the directories, once: as a network would find it.
std::set<std::string> installed_plugins(const std::vector<std::string>& dirs);

}  // namespace podrun::cli
