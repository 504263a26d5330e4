// What a plan cannot know: whether the host has what it decided, and room for it.
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// Kind::exists, busy, not_found or unsupported says what is in the way, before anything is made.
Result<void> check_host(const Host& host, const NewPod& pod);

}  // namespace podrun
