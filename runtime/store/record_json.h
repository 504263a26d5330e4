// Records as text: pod.json, containers/*.json and *.probes.
#pragma once

#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/probe_memory.h"
#include "runtime/model/record.h"

namespace podrun {

// Raised when a meaning changes; a field may be added without, where its absence means what it was before (`optional`).
// The reader of the format before stays (format_1.h), so that an upgrade loses no standing pod.
inline constexpr int kRecordFormat = 2;

std::string to_json(const PodRecord& record);
std::string to_json(const ContainerRecord& record);
std::string to_json(const ProbeMemory& memory);

// Kind::corrupt when the text is no record of this format.
Result<PodRecord> pod_from_json(const std::string& text);
Result<ContainerRecord> container_from_json(const std::string& text);
Result<ProbeMemory> probe_memory_from_json(const std::string& text);

const char* to_text(PodState state);  // "ready"

}  // namespace podrun
