// How a call ended, as the error stream says it: metav1.Status in JSON from version 4 of the protocol on, a text
// before.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::stream {

enum class StatusForm { json, text };

// `end` is the exit code, or why there is none. The text of a success is empty.
std::string status_of(const Result<int>& end, StatusForm form);

}  // namespace podrun::stream
