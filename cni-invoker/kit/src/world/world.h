// What a host and its pods hold that a plugin may make, change or leave behind: seen before and after, and compared.
//
// Each thing has a name that stays and a state that may change, and both are readable, so a difference says by itself
// what is left, lost or changed. Numbers that change by themselves (counters, handles, indices) are not in it.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kit/src/host/furnish.h"

namespace cni::kit {

struct Thing {
  std::string area;   // "link", "route", "file" …
  std::string name;   // "br0"; where two go by the same name the second is "NAME (2)"
  std::string where;  // the pod whose network namespace it is in; empty: the host
  auto operator<=>(const Thing&) const = default;
};
// In the order of saying: {"type", "veth"}, {"mtu", "1500"}.
using State = std::vector<std::pair<std::string, std::string>>;
using World = std::map<Thing, State>;

// Of a log: what its lines are, in their order. That more are added is no change; nobody is to keep state so.
inline const std::string kLines = "lines";
bool is_change(const std::string& key, const std::string& was, const std::string& is);

struct WorldScope {
  // A name for each, and its path: /proc/self/ns/net with an empty name is the host's. One that is gone holds nothing.
  std::vector<std::pair<std::string, std::string>> namespaces = {};
  std::vector<std::string> trees = {};         // directories, seen with all that is in them
  std::vector<std::string> excluded = {};      // files and directories in them that are not
  const std::vector<Layer>* layers = nullptr;  // what has been written elsewhere
};

// Network namespaces and trees as the scope has them; all of the host's mounts and processes.
World look_at_world(const WorldScope& scope);

// nullptr where it is not there; "" of a state that has no such key.
const State* find(const World& world, const Thing& thing);
const std::string* find(const State& state, const std::string& key);
std::string value_of(const State& state, const std::string& key);

// "left: link veth1a2b type veth mtu 1500", "lost: …", "changed: link br0 mtu 1500 -> 1450".
// A link's sysctls come and go with it, so they are told only where they changed.
std::vector<std::string> difference(const World& before, const World& after);

}  // namespace cni::kit
