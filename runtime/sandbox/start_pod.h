// A stopped pod made to run again.
#pragma once

#include <string>

#include "runtime/sandbox/stand_up.h"

namespace podrun {

// A new sandbox, networks attached anew, of each container the next attempt on what the last one has written. All of it
// or nothing: then it is stopped as before. Kind::exists when it is not stopped.
Result<StoodUp> start_pod(Host& host, const std::string& id, const FirstClient& client = {});

}  // namespace podrun
