// The acts of podrun system op that hand descriptors to whoever runs it, through the socket at descriptor 3
// (kernel/channel.h). A message's type is kHanded, its body says which of the descriptors are there, a letter each.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun::cli {

// POD KEY, and on stdin {"args": […], "tty": bool, "stdin": bool}. Hands over "i", "o" and "e", as many as there are,
// or "t", the terminal's master. The answer comes when the command has ended: {"code": 0}. When the other end of the
// socket is closed before, the command is killed with all that it has started in its session.
Result<nlohmann::json> op_exec(Host& host, const std::vector<std::string>& words);

// POD KEY, and on stdin {"stdin": bool}. Hands over "c", the connection, which is at its end when the container is, "o"
// and "e", "i" where it has a stdin; or of a terminal "t" as "i".
Result<nlohmann::json> op_attach(Host& host, const std::vector<std::string>& words);

// POD PORT: hands over "s", a socket that is connected to it on the pod's localhost.
Result<nlohmann::json> op_dial(Host& host, const std::vector<std::string>& words);

}  // namespace podrun::cli
