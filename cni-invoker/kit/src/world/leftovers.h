// What a plugin leaves behind, and what it changes that it should not.
//
// Some things a plugin makes once and keeps for ever: a bridge, chains that all pods share, host-local's lock. So a pod
// comes and goes first (prime), and what is there then is the world that must not change any more.
#pragma once

#include <functional>

#include "kit/src/lab.h"

namespace cni::kit {

// ADD and DEL of the network, up to the target, for a pod that serves nothing else. Skipped where one of them fails.
Verdict prime(Lab& lab);

// Failed, with the difference as evidence, where the world is another one; `after` says what was done since: "DEL".
Verdict expect_same_world(Lab& lab, const World& before, const std::string& after);

// prime(), then `cycle`, which must end where it began; `after` says what it is: "ADD and DEL". `pod` is made before
// the world is looked at.
Verdict expect_nothing_left(Lab& lab, const std::string& after, const std::function<Verdict(Pod& pod)>& cycle);

}  // namespace cni::kit
