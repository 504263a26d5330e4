// The runs of plugins that were watched (helper/watch.h), and who of them has made what is left.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cni/kit.h"
#include "kit/src/world/world.h"

namespace cni::kit {

struct WatchedRun {
  SeenRun run;
  std::chrono::steady_clock::time_point begin;
  std::vector<Thing> made, removed, changed;
};

// Links to the program at `helper` under the name of each plugin in these directories.
Result<void> put_up_watch(const std::string& helper, const std::vector<std::string>& plugin_dirs);
std::vector<WatchedRun> watched_runs();

// Puts behind each line of a difference (world.h) whose it is: "left: link veth1a, made by bridge (ADD)". Of runs one
// within another it is the inner one's; of several at the same time it may be any of theirs.
void name_makers(const std::vector<WatchedRun>& runs, std::vector<std::string>& lines);
// Whether there are lines that name_makers() is for.
bool has_differences(const std::vector<std::string>& lines);

}  // namespace cni::kit
