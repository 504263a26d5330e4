// Seccomp filters as the kernel takes them: classic BPF programs, made at build time (specs/seccomp) or cached. Decides
// nothing about which system calls are allowed.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::seccomp {

// Programs the build made: the default profile of containers (specs/seccomp/default.json), and pause's own. Alive for
// the life of the program.
std::span<const sock_filter> default_profile();
std::span<const sock_filter> pause_profile();

// A program as numbers, one an instruction, for records: code, jt, jf and k, from the highest bits down.
std::vector<std::uint64_t> packed(std::span<const sock_filter> program);
std::vector<sock_filter> unpacked(std::span<const std::uint64_t> program);

// Installs `program` for the calling thread and everything it becomes. Needs no_new_privs or CAP_SYS_ADMIN in the
// caller's user namespace.
Result<void> install(std::span<const sock_filter> program);

// What the kernel would answer (SECCOMP_RET_*) to `call`: a BPF evaluator, so that profiles are unit-tested.
std::uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& call);

}  // namespace podrun::seccomp
