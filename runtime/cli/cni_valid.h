// The attachments that a GC is to leave, as they are typed.
#pragma once

#include <string>
#include <vector>

#include "cni/invoker.h"
#include "runtime/kernel/types.h"

namespace podrun::cli {

// {"web-1/eth0"}. Kind::invalid names the one that is no ID/IFNAME.
Result<std::vector<cni::ValidAttachment>> parse_valid(const std::vector<std::string>& typed);

}  // namespace podrun::cli
