// Who sees the packet: one packet socket (packet(7)) a namespace, for all its links. It copies and touches nothing.
#pragma once

#include <poll.h>

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

class Taps {
 public:
  // From here on everything is seen. Needs CAP_NET_RAW in the namespaces.
  static Result<Taps> open(const std::vector<OpenSpace>& spaces, const Name& name);

  void add_to(std::vector<pollfd>& polled) const;
  // Appends what has come since, and belongs to the name.
  Result<void> read(std::vector<Sighting>& into);

 private:
  std::vector<Fd> sockets_;  // of each space
  Name name_;
};

}  // namespace podrun::packet
