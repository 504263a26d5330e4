// A pipe whose ends never wait, for tests of what carries bytes.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun::cli {

struct Ends {
  Fd read, write;
};

inline Ends make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

inline void put(const Fd& to, const std::string& bytes) {
  EXPECT_EQ(::write(to.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

}  // namespace podrun::cli
