// What a container runs, as whom, and with which rights: from the manifest and the image together.
#pragma once

#include "runtime/model/process.h"
#include "runtime/model/spec.h"
#include "runtime/plan/facts.h"

namespace podrun {

// Kind::invalid: no command, a user who is unknown to the image, or root where it must not be.
Result<Process> make_process(const ContainerSpec& spec, const std::string& hostname, const ContainerFacts& facts);

}  // namespace podrun
