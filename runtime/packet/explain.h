// Why a packet was not answered: the first cause, decided from a Recording with its evidence. Pure.
//
// The place asks, and the place answers: the packet was last seen somewhere, and only what is known of that place, and
// of the way from there to where it had to come to, counts. A setting that looks wrong elsewhere is no cause. Where
// nothing proves a cause there is none: a guess is no answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/packet/recording.h"

namespace podrun::packet {

struct Cause {
  std::string name;  // "link-down": for programs
  std::string text;  // a sentence
  std::vector<std::string> evidence;
  std::vector<std::string> fixes;  // commands, to be run one after another; empty: no command mends it
};

struct Explanation {
  bool arrives = false;        // and is answered as it should be
  std::optional<Cause> cause;  // none where it does not arrive: nothing proves one
  std::string end;             // how it ended: "connected", "last seen leaving host by up0"
  std::vector<std::string> notes;
};

Explanation explain(const Recording& recording);

}  // namespace podrun::packet
