#include "runtime/sandbox/pipes.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace podrun {

Result<Pipe> make_pipe(Ours ours, std::uint32_t user, std::uint32_t group) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  if (::fcntl(ours == Ours::reading ? ends[0] : ends[1], F_SETFL, O_NONBLOCK) != 0)
    return Error::system(errno, "set a pipe non-blocking");
  if (::fchown(ends[0], user, group) != 0) return Error::system(errno, "give a pipe to the container's user");
  return pipe;
}

}  // namespace podrun
