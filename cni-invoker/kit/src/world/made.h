// What one ADD of the target makes and changes, by the world before and after it. What later is to be gone, and what
// can be broken, follows from that, and not from the names of plugins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/src/lab.h"
#include "kit/src/world/world.h"

namespace cni::kit {

class Made {
 public:
  Made() = default;
  Made(World before, World after) : before_(std::move(before)), after_(std::move(after)) {}

  // Of an area ("link"), in that place (a pod's name; empty: the host), there since.
  std::vector<std::string> names(const std::string& area, const std::string& where) const;
  bool has(const std::string& area, const std::string& name, const std::string& where) const;
  // A value that another state has had before: of a link {"mtu", …}. `was` is that of before.
  struct Change {
    Thing thing;
    std::string key, was;
  };
  std::vector<Change> changes() const;
  // As it is after the ADD; nullopt: no such thing, or no such key.
  std::optional<std::string> value(const Thing& thing, const std::string& key) const;

  // "left: …" and "changed: …" for what is there still, or as it was changed, in `now`.
  std::vector<std::string> left_in(const World& now) const;
  // "not left: …" and "not changed: …" for what is not so in `now`. But a file that others have as well, a line each,
  // is written anew when one of them goes, and its bytes tell nobody's part: all that counts is that it is there.
  std::vector<std::string> lost_in(const World& now) const;

 private:
  World before_, after_;
};

// Lab::attach(), seen. What the plugin makes once for all pods is none of it: prime() first (leftovers.h).
Verdict attach_seen(Lab& lab, Pod& pod, Made& made);

}  // namespace cni::kit
