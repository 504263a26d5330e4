// A Recording as JSON, and back.
#pragma once

#include <string>

#include "runtime/kernel/types.h"
#include "runtime/packet/recording.h"

namespace podrun::packet {

inline constexpr int kRecordingFormat = 1;  // raised when a meaning changes

std::string to_json(const Recording& recording);

// Kind::corrupt, with the path of the field: what is no Recording of this format, or has places of namespaces that are
// none.
Result<Recording> recording_from_json(const std::string& text);

}  // namespace podrun::packet
