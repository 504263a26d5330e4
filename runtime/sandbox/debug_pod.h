// A container added to a pod that stands, to look at it.
#pragma once

#include <optional>
#include <string>

#include "runtime/image/image.h"
#include "runtime/plan/ephemeral.h"
#include "runtime/sandbox/attach.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/terminal_size.h"

namespace podrun {

struct DebugOptions {
  Registry registry;  // for an image that is pulled
  bool attaches = false;
  TerminalSize size;
};

struct Debugger {
  PodRecord pod;
  ContainerRecord container;
  std::optional<Attachment> attachment;
};

// Returns when it runs. An image is pulled without the pod's box. Where podrun is killed once the container is on
// record, whoever looks after the pod starts it; where it cannot be started, the record says why, and the name is used
// up. Kind::busy when the pod does not stand, or has ended; else as check_ephemeral().
Result<Debugger> debug_pod(const Host& host, const std::string& id, const EphemeralSpec& spec,
                           const DebugOptions& options);

}  // namespace podrun
