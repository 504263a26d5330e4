// Rules that have nftables trace the one packet: table podrun_trace, of family inet, and of family bridge for frames
// that meet no rule of IP's. It is owned by its socket (NFT_TABLE_F_OWNER, Linux 5.12): nobody else can change it, and
// the kernel takes it away with the socket, also from a process that was killed.
#pragma once

#include <string>
#include <vector>

#include "base/netlink.h"
#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

inline constexpr const char* kTraceTable = "podrun_trace";

class TraceTable {
 public:
  // A line in `missing` where the kernel has no table for bridged frames.
  static Result<TraceTable> make(const OpenSpace& space, const Name& name, std::vector<std::string>& missing);

 private:
  explicit TraceTable(base::NetlinkSocket owner) : owner_(std::move(owner)) {}
  base::NetlinkSocket owner_;
};

}  // namespace podrun::packet
