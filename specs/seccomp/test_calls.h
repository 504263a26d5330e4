// What a filter is asked, and what it may answer.
#pragma once

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "specs/seccomp/program.h"

namespace podrun::profiles {

using Program = std::vector<sock_filter>;

inline seccomp_data call(const std::string& name, std::uint64_t argument = 0) {
  const int number = syscall_number(name, ::seccomp_arch_native()).value_or(-1);
  EXPECT_GE(number, 0) << name;
  return {.nr = number, .arch = ::seccomp_arch_native(), .instruction_pointer = 0, .args = {argument}};
}

constexpr std::uint32_t refused(int error_number) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error_number);
}

}  // namespace podrun::profiles
