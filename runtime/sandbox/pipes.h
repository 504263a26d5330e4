// The pipes between us and what runs in a container. They belong to its user, who may open /dev/stdout again.
#pragma once

#include "runtime/kernel/types.h"

namespace podrun {

struct Pipe {
  Fd read;
  Fd write;
};
enum class Ours { reading, writing };

// `user` and `group` as the host has them. Our end is non-blocking.
Result<Pipe> make_pipe(Ours ours, std::uint32_t user, std::uint32_t group);

}  // namespace podrun
