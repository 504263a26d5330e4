// The host that the tests run in (main.cc).
#pragma once

#include "kit/src/host/own_host.h"

namespace cni::kit {
extern const OwnHost* own_host;  // null without root
}
