#include "kit/src/world/made.h"

#include <algorithm>

namespace cni::kit {

std::vector<std::string> Made::names(const std::string& area, const std::string& where) const {
  std::vector<std::string> names;
  for (const auto& [thing, state] : after_)
    if (thing.area == area && thing.where == where && !before_.contains(thing)) names.push_back(thing.name);
  return names;
}

bool Made::has(const std::string& area, const std::string& name, const std::string& where) const {
  const Thing thing{area, name, where};
  return after_.contains(thing) && !before_.contains(thing);
}

std::vector<Made::Change> Made::changes() const {
  std::vector<Change> all;
  for (const auto& [thing, state] : before_) {
    const auto now = after_.find(thing);
    if (now == after_.end()) continue;
    for (const auto& [key, is] : now->second) {
      const std::string* was = find(state, key);
      if (was == nullptr || *was != is) all.push_back({thing, key, was == nullptr ? "" : *was});
    }
    for (const auto& [key, was] : state)
      if (find(now->second, key) == nullptr) all.push_back({thing, key, was});
  }
  return all;
}

std::optional<std::string> Made::value(const Thing& thing, const std::string& key) const {
  const auto found = after_.find(thing);
  const std::string* is = found == after_.end() ? nullptr : find(found->second, key);
  return is == nullptr ? std::nullopt : std::optional(*is);
}

std::vector<std::string> Made::left_in(const World& now) const {
  World was, is;
  for (const auto& [thing, state] : now) {
    const auto made = after_.find(thing);
    if (made == after_.end()) continue;
    const auto had = before_.find(thing);
    if (had == before_.end()) {
      is.emplace(thing, state);
      continue;
    }
    // Value by value: some of them may have been set back.
    State before, left;
    for (const auto& [key, value] : state) {
      const std::string *old = find(had->second, key), *set = find(made->second, key);
      if (set == nullptr || *set != value || (old != nullptr && !is_change(key, *old, value))) continue;
      before.emplace_back(key, old == nullptr ? "" : *old);
      left.emplace_back(key, value);
    }
    if (left.empty()) continue;
    was.emplace(thing, before);
    is.emplace(thing, left);
  }
  return difference(was, is);
}

std::vector<std::string> Made::lost_in(const World& now) const {
  Made own = *this;
  std::erase_if(own.after_, [&](const auto& one) {
    return one.first.area == "file" && before_.contains(one.first) && now.contains(one.first);
  });
  const std::vector<std::string> left = own.left_in(now);
  std::vector<std::string> lost;
  for (const std::string& line : own.left_in(own.after_))
    if (std::find(left.begin(), left.end(), line) == left.end()) lost.push_back("not " + line);
  return lost;
}

Verdict attach_seen(Lab& lab, Pod& pod, Made& made) {
  KIT_REQUIRE(lab.prepare(pod));
  World before = lab.world();
  KIT_REQUIRE(lab.attach_prepared(pod));
  made = Made(std::move(before), lab.world());
  return passed();
}

}  // namespace cni::kit
