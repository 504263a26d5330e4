// A pod that comes to grief, and whether DEL makes it good.
#pragma once

#include <string>

#include "kit/src/lab.h"

namespace cni::kit {

inline constexpr const char* kBestEffort = "Spec, section 2, DEL: as far as it can, whatever is missing";

struct Victim {
  Pod* pod = nullptr;
  World before;  // there was one
  World given;   // when the target's turn came: with what was made by those before it
  bool has_netns = true;
  bool is_as_given = false;  // again: the next fault may befall the same pod
};
// The one that it is, where that is as it was given; else another. What leads up to the target's turn is most of the
// time that a fault takes.
Verdict make_victim(Lab& lab, Victim& victim);
// By the id that it had.
Verdict make_victim_again(Lab& lab, Victim& victim);

// Whether nothing is left of the target, on the host or in the pod.
bool is_as_given(Lab& lab, Victim& victim);
// Undoes what those before the target did, and ends the pod.
Verdict take_down(Lab& lab, const Victim& victim);

// Once the pod has gone: what is left then is left for good.
Verdict expect_nothing_leaked(Lab& lab, const Victim& victim, const std::string& fault);

// By DEL, as a runtime calls it after a failure, and calls it again where it fails.
Verdict expect_recovery(Lab& lab, Victim& victim, const std::string& fault);

// Run by a line of shell, which has the plugin as $plugin: as whoever runs it can do what it likes to it.
Result<Call> run_by(const Call& call, const std::string& line);

}  // namespace cni::kit
