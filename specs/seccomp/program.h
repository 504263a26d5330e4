// From a profile to the BPF program the kernel runs.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "specs/seccomp/profile.h"

namespace podrun::profiles {

// The program: which architecture, then a binary search over ranges of system call numbers that share an answer, then
// conditions on arguments as leaves. What is of no listed architecture gets the default action, or, where that lets
// through, ENOSYS: a list of what is refused is one of the machine's own numbers, and the other ways into the kernel
// are no way around it. libseccomp gives the numbers; its own programs are correct too, but take the kernel five times
// as long to load, which every container start would pay.
base::Result<std::vector<sock_filter>> compile(const Profile& profile);

// The number of `name` on `architecture` (SCMP_ARCH_*); negative when that architecture has no such system call;
// Kind::not_found when nobody knows the name.
base::Result<int> syscall_number(const std::string& name, std::uint32_t architecture);

}  // namespace podrun::profiles
