#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/fd.h"

namespace integration {

struct Pipe {
  base::Fd read, write;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    read = base::Fd(ends[0]);
    write = base::Fd(ends[1]);
  }
};

}  // namespace integration
