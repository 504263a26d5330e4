// DEL: what a plugin takes away, and that nothing it finds missing stops it. Spec, section 2, DEL.
#include <fcntl.h>

#include <algorithm>
#include <set>

#include "cni/base/files.h"
#include "cni/result.h"
#include "kit/src/checks/sections.h"
#include "kit/src/damage/damage.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/lab.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"
#include "kit/src/world/made.h"

namespace cni::kit {
namespace {

Verdict del_must_succeed(const Answer& answer, const std::string& when) {
  return expect_success(answer, "DEL " + when);
}

// What a chained plugin puts on the interface of another goes with that.
Verdict expect_all_gone(Lab& lab, const Pod& pod, const Made& made, const std::string& when) {
  lab.take_down_before(pod);
  const auto left = made.left_in(lab.world());
  if (left.empty()) return passed();
  return failed("nothing left of what ADD made, after DEL " + when, std::to_string(left.size()) + " left", left);
}

// A pod that is attached after one that came and went: what the plugin keeps for all pods is there already.
Verdict attach_second(Lab& lab, Pod*& pod, Made& made) {
  KIT_REQUIRE(prime(lab));
  pod = &lab.pod();
  return attach_seen(lab, *pod, made);
}

// --- D1, D2, D3
Verdict takes_away_what_it_made(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  World before = lab.world();
  KIT_REQUIRE(lab.attach(pod));
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", pod)), "after ADD"));
  lab.take_down_before(pod);
  World after = lab.world();
  // What it sets inside the pod is another matter (D17): that goes with the pod.
  for (World* world : {&before, &after})
    std::erase_if(*world, [&](const auto& one) { return one.first.where == pod.name && one.first.area == "sysctl"; });
  const auto changes = difference(before, after);
  if (changes.empty()) return passed();
  return failed("after DEL host and pod are as before ADD", std::to_string(changes.size()) + " differences", changes);
}

Verdict can_be_repeated(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const Call del = lab.call("DEL", pod);
  KIT_REQUIRE(del_must_succeed(lab.run(del), "after ADD"));
  return del_must_succeed(lab.run(del), "when all is gone already");
}

Verdict bears_what_was_never_added(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  return del_must_succeed(lab.run(lab.call("DEL", pod)), "of an attachment that never was");
}

// --- what DEL is not told, or does not find
Verdict clears_up_without_a_netns(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  const Call del = with_variable(lab.call("DEL", *pod), "CNI_NETNS", "");
  KIT_REQUIRE(del_must_succeed(lab.run(del), "with an empty CNI_NETNS"));
  KIT_REQUIRE(lab.remove_netns(*pod));  // what is in it is gone then
  return expect_all_gone(lab, *pod, made, "with an empty CNI_NETNS, and after the end of the pod");
}

Verdict clears_up_after_the_netns(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  KIT_REQUIRE(lab.remove_netns(*pod));
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", *pod)), "where CNI_NETNS is gone"));
  return expect_all_gone(lab, *pod, made, "where CNI_NETNS is gone");
}

Verdict bears_a_netns_that_is_a_file(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  KIT_REQUIRE(lab.remove_netns(pod));
  if (!base::open_file(pod.netns, O_CREAT | O_EXCL | O_WRONLY, 0644)) return skipped("cannot make '" + pod.netns + "'");
  return del_must_succeed(lab.run(lab.call("DEL", pod)), "where CNI_NETNS is a plain file");
}

Verdict clears_up_without_a_result(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  pod->result = nullptr;
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", *pod)), "without prevResult"));
  return expect_all_gone(lab, *pod, made, "without prevResult");
}

Verdict bears_a_missing_runtime_config(Lab& lab) {
  Pod& pod = lab.pod();
  if (!config_of(lab.call("DEL", pod)).contains("runtimeConfig")) return not_applicable("it takes no capability");
  KIT_REQUIRE(lab.attach(pod));
  pod.runtime_config.clear();
  return del_must_succeed(lab.run(lab.call("DEL", pod)), "without runtimeConfig");
}

Verdict lose_link(Lab& lab, Pod*& pod, Made& made) {
  KIT_REQUIRE(attach_second(lab, pod, made));
  const auto lost = delete_link({lab, *pod, made});
  if (!lost) return skipped(lost.error().what);
  return lost->empty() ? not_applicable("it makes no interface in the pod") : passed();
}

Verdict bears_a_lost_link(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(lose_link(lab, pod, made));
  return del_must_succeed(lab.run(lab.call("DEL", *pod)), "where the pod's interface is gone");
}

Verdict clears_up_after_a_lost_link(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(lose_link(lab, pod, made));
  lab.run(lab.call("DEL", *pod));
  return expect_all_gone(lab, *pod, made, "where the pod's interface is gone");
}

// The links that what ADD made stands on: a bridge, the master of a VLAN.
std::set<std::string> parents_of(const Made& made, const Pod& pod) {
  std::set<std::string> parents;
  for (const std::string& where : {std::string(), pod.name})
    for (const std::string& link : made.names("link", where))
      for (const char* key : {"master", "of"})
        if (const auto parent = made.value({"link", link, where}, key);
            parent && made.value({"link", *parent, ""}, "mtu") && !made.has("link", *parent, ""))
          parents.insert(*parent);
  return parents;
}

Verdict bears_a_lost_parent(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  std::set<std::string> parents = parents_of(made, *pod);
  if (const std::string master = lab.target().config.value("master", ""); !master.empty()) parents.insert(master);
  if (parents.empty()) return not_applicable("what it makes stands on no other interface");
  for (const std::string& parent : parents)
    if (auto removed = remove_link(kHostNetns, parent); !removed) return skipped(removed.error().what);
  const std::string when = "where '" + *parents.begin() + "' of the host is gone";
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", *pod)), when));
  return expect_all_gone(lab, *pod, made, when);
}

// Whatever it has written of the attachment is gone, and where that was.
Verdict bears_lost_files(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  std::set<std::string> dirs;
  for (const std::string& path : made.names("file", "")) dirs.insert(path.substr(0, path.rfind('/')));
  if (dirs.empty()) return not_applicable("its ADD writes no file");
  for (const std::string& dir : dirs)
    if (auto removed = base::remove_tree(dir); !removed) return skipped(removed.error().what);
  return del_must_succeed(lab.run(lab.call("DEL", *pod)), "where '" + *dirs.begin() + "' is gone");
}

// There is nothing that it could ask the daemon to give back: the daemon's memory went with it.
Verdict bears_a_missing_daemon(Lab& lab) {
  KIT_REQUIRE(lab.needs_daemon());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  return del_must_succeed(lab.run(lab.call("DEL", pod)), "where its daemon does not run");
}

// --- D13, D14, D15, D16
// Both ways round: the first of two goes, and then the second.
Verdict leaves_others_alone_in_del(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Pod &first = lab.pod(), &second = lab.pod();
  const World before = lab.world();
  KIT_REQUIRE(lab.attach(first));
  World seen = lab.world();
  KIT_REQUIRE(lab.attach(second));
  const Made of_second(std::move(seen), lab.world());
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", first)), "of the first of two"));
  const auto lost = of_second.lost_in(lab.world());
  if (!lost.empty()) return failed("DEL of another pod leaves everything of this one", "not everything", lost);
  return del_must_succeed(lab.run(lab.call("DEL", second)), "of the second of two");
}

std::string convert(const Json& result, const Version& version) {
  const auto parsed = parse_result(result.dump(), version);
  return parsed ? to_json(*parsed, version).value_or("") : "";
}

// As after an upgrade of the configuration. Up and down.
Verdict goes_at_another_version(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  bool is_tried = false;
  for (const Version& version : lab.target().versions) {
    if (version == lab.version()) continue;
    Pod& pod = lab.pod();
    Made made;
    KIT_REQUIRE(attach_seen(lab, pod, made));
    Call del = lab.call("DEL", pod);
    Json config = Json::parse(del.input);
    config["cniVersion"] = version.to_text();
    config.erase("prevResult");
    if (version.has_check()) {
      const std::string converted = convert(pod.result, version);
      if (converted.empty()) continue;
      config["prevResult"] = Json::parse(converted);
    }
    del.input = config.dump();
    is_tried = true;
    const std::string when = "in " + version.to_text() + ", where ADD was in " + lab.version().to_text();
    KIT_REQUIRE(del_must_succeed(lab.run(del), when));
    KIT_REQUIRE(expect_all_gone(lab, pod, made, when));
  }
  return is_tried ? passed() : not_applicable("it knows one version only");
}

// Words that may name something of the plugin's own: a bridge, a master. Not what the specification has.
Verdict tells_of_another_config(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  Call del = lab.call("DEL", *pod);
  Json config = Json::parse(del.input);
  std::string changed;
  for (auto& [key, value] : config.items())
    if (value.is_string() && key != "cniVersion" && key != "name" && key != "type") {
      value = value.get<std::string>() + "x";
      changed += (changed.empty() ? "" : ", ") + key;
    }
  if (changed.empty()) return not_applicable("its configuration has no words of its own");
  del.input = config.dump();
  const Answer answer = lab.run(del);
  std::string text = "with another value of " + changed + ": " + (answer.succeeded() ? "success" : answer.text());
  for (const std::string& line : made.left_in(lab.world())) text += "; " + line;
  return told(text);
}

// A runtime must not do that, but two of them on one machine may.
Verdict tells_of_another_at_the_same_time(Lab& lab) {
  for (int round = 0; round < 3; ++round) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.attach(pod));
    const Call del = lab.call("DEL", pod);
    for (const Answer& answer : lab.run_together({del, del}))
      if (!answer.succeeded()) return told("of two DELs of an attachment at the same time one fails: " + answer.text());
  }
  return told("two DELs of an attachment at the same time both succeed");
}

// --- D17, D18
Verdict restores_the_pod(Lab& lab) {
  Pod* pod = nullptr;
  Made made;
  KIT_REQUIRE(attach_second(lab, pod, made));
  const auto changes = made.changes();
  if (std::none_of(changes.begin(), changes.end(), [&](const auto& one) { return one.thing.where == pod->name; }))
    return not_applicable("it changes nothing in the pod that was there before");
  KIT_REQUIRE(del_must_succeed(lab.run(lab.call("DEL", *pod)), "after ADD"));
  std::vector<std::string> left;
  for (const std::string& line : made.left_in(lab.world()))
    if (line.starts_with("changed: ") && line.ends_with(" in " + pod->name)) left.push_back(line);
  if (left.empty()) return passed();
  return failed("after DEL what it changed in the pod is as before", std::to_string(left.size()) + " are not", left);
}

// Of who moves an interface of the host into the pod: meanwhile another has its name.
Verdict does_not_lose_a_device(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const World before = lab.world();
  KIT_REQUIRE(lab.attach_prepared(pod));
  const World attached = lab.world();
  std::string name;
  for (const auto& [thing, state] : before)
    if (thing.area == "link" && thing.where.empty() && !attached.contains(thing)) name = thing.name;
  if (name.empty()) return not_applicable("it takes no interface of the host");
  auto socket = RouteSocket::open(kHostNetns);
  if (auto made = socket ? socket->make_veth(name) : std::move(socket).error(); !made)
    return skipped(made.error().what);
  const Answer answer = lab.run(lab.call("DEL", pod));
  if (answer.succeeded()) return failed("an error of DEL: the host has another '" + name + "' meanwhile", "success");
  const World after = lab.world();
  if (after.contains({"link", pod.ifname, pod.name})) return passed();
  return failed("the interface is still in the pod", "it is not", difference(attached, after));
}

}  // namespace

std::vector<Check> del_checks() {
  constexpr Applies kAll{}, kOnce{.once = true}, kOnceWithResult{.from = {0, 4, 0}, .once = true};
  constexpr Applies kInterface{.roles = kInterfaces, .once = true}, kChanger{.roles = kChained, .once = true};
  const auto row = [](const char* id, Level level, const char* title, const Applies& applies, Verdict (*run)(Lab&)) {
    return Check{{id, level, title, kDelSection}, applies, run};
  };
  const Level must = Level::must, should = Level::should;
  return {
      row("D1", must, "takes away in DEL what ADD has made", kAll, takes_away_what_it_made),
      row("D2", must, "succeeds in DEL when it is repeated", kAll, can_be_repeated),
      row("D3", must, "succeeds in DEL of what was never added", kAll, bears_what_was_never_added),
      row("D4", should, "takes away the host's part in DEL with an empty CNI_NETNS", kOnce, clears_up_without_a_netns),
      row("D5", should, "takes away the host's part in DEL where the network namespace is gone", kOnce,
          clears_up_after_the_netns),
      row("D6", should, "succeeds in DEL where the network namespace's path is a plain file", kOnce,
          bears_a_netns_that_is_a_file),
      row("D7", should, "takes away in DEL what ADD has made, also without a prevResult", kOnceWithResult,
          clears_up_without_a_result),
      row("D8", should, "succeeds in DEL without what the capabilities gave to ADD", kOnce,
          bears_a_missing_runtime_config),
      row("D9", must, "succeeds in DEL where the pod's interface is gone", kInterface, bears_a_lost_link),
      row("D9b", should, "takes away the rest in DEL where the pod's interface is gone", kInterface,
          clears_up_after_a_lost_link),
      row("D10", should, "takes away the rest in DEL where the bridge or master on the host is gone", kInterface,
          bears_a_lost_parent),
      row("D11", should, "succeeds in DEL where the files that it has written are gone", kOnce, bears_lost_files),
      row("D12", should, "succeeds in DEL where its daemon does not run", kOnce, bears_a_missing_daemon),
      row("D13", must, "leaves other pods alone in DEL", kOnce, leaves_others_alone_in_del),
      row("D14", should, "takes away in DEL what ADD of another version has made", kOnce, goes_at_another_version),
      row("D15", Level::info, "says what DEL with a changed configuration does", kOnce, tells_of_another_config),
      row("D16", Level::info, "says what two DELs of an attachment at the same time do", kOnce,
          tells_of_another_at_the_same_time),
      row("D17", should, "restores in DEL what ADD has changed in the pod", kChanger, restores_the_pod),
      row("D18", should, "keeps in the pod an interface whose name on the host is taken meanwhile", kInterface,
          does_not_lose_a_device),
  };
}

}  // namespace cni::kit
