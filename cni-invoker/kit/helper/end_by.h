// Whoever runs a plugin in its place ends as that did.
#pragma once

#include <csignal>

namespace cni::kit {

inline void end_by(int signal) {
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace cni::kit
