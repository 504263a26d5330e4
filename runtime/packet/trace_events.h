// What nftables tells of the packets that it traces: NFNLGRP_NFTRACE.
#pragma once

#include <poll.h>

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

class TraceEvents {
 public:
  static Result<TraceEvents> listen(const OpenSpace& space, int place, const Name& name);

  void add_to(std::vector<pollfd>& polled) const { polled.push_back({socket_.get(), POLLIN, 0}); }
  // Appends what has come since, of other tables than ours. False: there was more than the socket holds.
  Result<bool> read(std::vector<RuleEvent>& into);

 private:
  TraceEvents(Fd socket, int place, const Name& name) : socket_(std::move(socket)), place_(place), name_(name) {}

  Fd socket_;
  int place_;
  Name name_;
};

}  // namespace podrun::packet
