// Keeps containers on the default network's bridge from the host's 127.0.0.0/8.
#pragma once

#include "cni/attachment.h"
#include "cni/base/result.h"
#include "cni/config.h"

namespace cni {

// Before an ADD; success for every network that is not on our bridge. Costs a question to the kernel once it is done.
// Kind::unsupported where the kernel has no nf_tables and ports are to be mapped.
Result<void> guard_loopback(const NetworkList& network, const Attachment& attachment);

}  // namespace cni
