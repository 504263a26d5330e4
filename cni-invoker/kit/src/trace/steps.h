// Which system calls are steps: what a program does to the world outside of it. And how to say which one it is.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace cni::kit {

struct SystemCall {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

// Does this call of process `pid`, which is stopped at its entry, change anything outside of the process?
bool is_step(pid_t pid, const SystemCall& call);

// Of these, the ones that others see as soon as they are done: no threads, pipes and sockets. How many a program has does
// not depend on what its language does to run it.
bool is_seen(pid_t pid, const SystemCall& call);

// "openat '/run/podrun/names/default_web'".
std::string describe(pid_t pid, const SystemCall& call);

}  // namespace cni::kit
