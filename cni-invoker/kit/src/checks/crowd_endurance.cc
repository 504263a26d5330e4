// What outlives a plugin: another version of it, and a restart of the machine. And how long it takes.
#include <algorithm>
#include <csignal>
#include <iomanip>
#include <sstream>

#include "cni/base/files.h"
#include "kit/helper/places.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/host/processes.h"
#include "kit/src/shell.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

// --- X9
// The same plugins in a directory behind the one they were found in.
std::string other_dir(const Subject& subject) {
  for (const std::string& dir : subject.plugin_dirs) {
    if (dir == kOwnPlugins) continue;
    const bool has_all = std::all_of(subject.plugins.begin(), subject.plugins.end(), [&](const auto& plugin) {
      return plugin.ours ||
             (plugin.path.substr(0, plugin.path.rfind('/')) != dir && base::path_exists(dir + "/" + plugin.type()));
    });
    if (has_all) return dir;
  }
  return "";
}

Verdict survives_an_upgrade(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  const std::string dir = other_dir(lab.subject());
  if (dir.empty()) return not_applicable("there is one directory of plugins only: name the other version's as well");
  const auto of_other = [&](Call call) {
    if (!call.path.starts_with(kOwnPlugins)) call.path = dir + call.path.substr(call.path.rfind('/'));
    call.environment["CNI_PATH"] = dir + ":" + call.environment["CNI_PATH"];
    return call;
  };
  const auto as_it_is = [](Call call) { return call; };
  const std::function<Call(Call)> here = as_it_is, there = of_other;
  // What each version makes once for all pods is there after the first two.
  using Way = std::pair<std::function<Call(Call)>, std::function<Call(Call)>>;
  const std::vector<Way> ways{{here, here}, {there, there}, {there, here}, {here, there}};
  for (std::size_t way = 0; way < ways.size(); ++way) {
    Pod& pod = lab.pod();
    const World before = lab.world();
    KIT_REQUIRE(lab.prepare(pod));
    const Answer added = lab.run(ways[way].first(lab.call("ADD", pod)));
    if (!added.succeeded()) return skipped("ADD failed: " + added.text());
    pod.result = added.document;
    const Answer removed = lab.run(ways[way].second(lab.call("DEL", pod)));
    lab.take_down_before(pod);
    if (way < 2) continue;
    KIT_REQUIRE(expect_success(removed, "DEL by the other version"));
    KIT_REQUIRE(expect_same_world(lab, before, "ADD by one version and DEL by the other"));
  }
  return passed();
}

// --- X10
std::string at_95_percent(std::vector<std::chrono::microseconds> all) {
  std::sort(all.begin(), all.end());
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(all[all.size() * 95 / 100].count()) / 1000 << " ms";
  return text.str();
}

Verdict tells_how_long(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  std::vector<std::chrono::microseconds> adds, dels;
  const auto timed = [](std::vector<std::chrono::microseconds>& all, const auto& run) {
    const auto begin = Clock::now();
    const Answer answer = run();
    all.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin));
    return answer;
  };
  for (int round = 0; round < 20; ++round) {
    Pod& pod = lab.pod();
    const Answer added = timed(adds, [&] { return lab.add(pod); });
    if (!added.succeeded()) return skipped("ADD failed: " + added.text());
    const Answer removed = timed(dels, [&] { return lab.del(pod); });
    if (!removed.succeeded()) return skipped("DEL failed: " + removed.text());
  }
  return told("of 20, 95 in 100 take no longer than: ADD " + at_95_percent(adds) + ", DEL " + at_95_percent(dels));
}

// --- X11
// What a restart of the machine takes: processes, links, rules, and all of /run but the kit's own.
Verdict restart_machine(const World& fresh, const World& now) {
  for (const Process& process : processes())
    if (!fresh.contains({"process", process.text, ""})) ::kill(process.pid, SIGKILL);
  for (const auto& [thing, state] : now)
    if (thing.area == "link" && thing.where.empty() && !fresh.contains(thing))
      static_cast<void>(remove_link(kHostNetns, thing.name));  // it may have gone with another
  output_of_shell("nft flush ruleset");
  for (const std::string& name : base::list_dir("/run").value_or({}))
    if (const std::string path = "/run/" + name; path != kPlace && path != "/run/netns")
      static_cast<void>(base::remove_tree(path));
  return passed();
}

Verdict survives_a_restart(Lab& lab) {
  KIT_REQUIRE(lab.takes_no_links());
  KIT_REQUIRE(lab.has_what_it_needs());
  const World fresh = lab.world();
  KIT_REQUIRE(prime(lab));
  const World primed = lab.world();
  Pod &before = lab.pod(), &after = lab.pod();
  after.id = before.id;
  KIT_REQUIRE(expect_success(lab.add(before), "ADD"));
  KIT_REQUIRE(lab.remove_netns(before));
  KIT_REQUIRE(restart_machine(fresh, lab.world()));
  lab.put_up_files();
  Pod gone = before;
  gone.netns = "";
  KIT_REQUIRE(expect_success(lab.del(gone), "DEL with an empty CNI_NETNS after a restart"));
  KIT_REQUIRE(expect_success(lab.add(after), "ADD by the same id after a restart"));
  if (lab.version().has_check()) KIT_REQUIRE(expect_success(lab.check(after), "CHECK after a restart"));
  KIT_REQUIRE(expect_success(lab.del(after), "DEL"));
  std::vector<std::string> left;
  for (const std::string& line : difference(primed, lab.world()))
    if (line.starts_with("left: file ") && !line.starts_with("left: file /run/")) left.push_back(line);
  if (left.empty()) return passed();
  return failed("no file is left of pods from before a restart", std::to_string(left.size()) + " are", left);
}

}  // namespace

std::vector<Check> endurance_checks() {
  constexpr Applies kOnce{.once = true};
  return {
      {{"X9", Level::should, "takes away in DEL what another version of it has made", kDelSection},
       kOnce,
       survives_an_upgrade},
      {{"X10", Level::info, "says how long ADD and DEL take", kOrderingSection, true}, kOnce, tells_how_long},
      {{"X11", Level::should, "is clean again after a restart of the machine", kDelSection, true},
       kOnce,
       survives_a_restart},
  };
}

}  // namespace cni::kit
