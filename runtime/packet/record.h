// One real packet is sent, and all that is seen of it and its answer is written down. What was made for that is gone
// when this returns, and also when the process is killed: sockets, and tables that are theirs.
#pragma once

#include <string>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

struct Question {
  std::string from;  // as it was asked for
  std::string to;
  int from_space = 0;  // of those that are looked at
  int to_space = -1;   // -1: an address was asked for
  Endpoint destination;
  Transport transport = Transport::tcp;
  std::uint32_t data = 0;
  std::string datagram;  // UDP: what it carries, eight bytes at least, in place of `data` bytes by chance
  std::vector<Published> published;  // ports of the host, as they are meant
};

// Takes as long as the answer, and at most a second; four where a neighbour is asked for and says nothing. Errors:
// denied, without CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_ADMIN; busy, where another is under way; an interruption.
Result<Recording> record(const std::vector<OpenSpace>& spaces, const Question& question);

}  // namespace podrun::packet
