// What a plan cannot know: whether the host has room for what it decided.
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// Kind::exists, busy or not_found says what is in the way, before anything is made.
Result<void> check_host(const Host& host, const NewPod& pod);

}  // namespace podrun
