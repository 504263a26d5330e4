// Which leg of the way a packet belongs to: the SYN, what answers it, what follows.
#pragma once

#include <string>
#include <vector>

#include "runtime/packet/recording.h"

namespace podrun::packet {

struct LegName {
  std::string name;  // as Leg has it; empty: of no leg, such as a question for a neighbour
  bool forward = true;
  bool operator==(const LegName&) const = default;
};

class Legs {
 public:
  explicit Legs(const Recording& recording);
  LegName of(const Headers& headers) const;

 private:
  LegName of_tcp(const Headers& headers) const;
  bool goes_back(const Flow& flow) const;

  Name name_;
  std::vector<Flow> forward_;  // UDP: an echo carries the cookie too, and is known by going the other way
};

}  // namespace podrun::packet
