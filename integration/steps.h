// Which system calls are steps (faults.h), and how to say which one it is.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace integration {

struct SystemCall {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

// Does this call of process `pid`, which is stopped at its entry, change anything outside of the process?
bool is_step(pid_t pid, const SystemCall& call);

// "openat '/run/podrun/names/default_web'".
std::string describe(pid_t pid, const SystemCall& call);

}  // namespace integration
