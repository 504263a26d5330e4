// The network namespaces that are looked at: whoever asks names them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/netlink.h"
#include "runtime/kernel/types.h"
#include "runtime/packet/recording.h"

namespace podrun::packet {

struct OpenSpace {
  std::string name;  // "host", "pod web"
  Fd netns;
  // As Space has them.
  std::string path;
  std::string remake;
  std::vector<Given> given;
};

// In the namespace, on a thread of its own (base/netns.h). Sockets that it opens stay there.
Result<void> run_in(const OpenSpace& space, const std::function<Result<void>()>& work);

// A socket of that namespace, close-on-exec and not blocking.
Result<Fd> open_socket_in(const OpenSpace& space, int family, int type, int protocol);

// One for questions, whose answers are waited for.
Result<base::NetlinkSocket> open_netlink_in(const OpenSpace& space, int protocol);

// What a program prints on stdout, run there to its end. argv[0] is looked up in PATH. Kind::not_found: there is no
// such program; Kind::internal: it failed, and what it said.
Result<std::string> ask_program(const OpenSpace& space, const std::vector<std::string>& argv);

}  // namespace podrun::packet
