// What the fields of records (record_fields.h) are told by: whether they are read or written, and the words of
// enumerations.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include "runtime/model/probe_memory.h"
#include "runtime/model/record.h"

namespace podrun {

template <class Record, class Type>
concept MaybeConst = std::same_as<std::remove_const_t<Record>, Type>;

// The words of an enumeration, in the order of its enumerators.
template <class Enum>
inline constexpr std::array<const char*, 0> kWords{};
template <>
inline constexpr std::array kWords<PodState>{"creating", "ready", "deleting", "stopping", "starting", "stopped"};
template <>
inline constexpr std::array kWords<ContainerRole>{"main", "init", "sidecar", "ephemeral"};
template <>
inline constexpr std::array kWords<DeviceAccess>{"pod", "common", "all"};
template <>
inline constexpr std::array kWords<RestartPolicy>{"Always", "OnFailure", "Never"};
template <>
inline constexpr std::array kWords<Propagation>{"None", "HostToContainer", "Bidirectional"};
template <>
inline constexpr std::array kWords<HostPathType>{"",       "DirectoryOrCreate", "Directory",  "FileOrCreate", "File",
                                                 "Socket", "CharDevice",        "BlockDevice"};
template <>
inline constexpr std::array kWords<ProbeMemory::Hook>{"due", "done", "failed"};

}  // namespace podrun
