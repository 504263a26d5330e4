#include "spawn.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "cni/base/try.h"

namespace cni {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

// Never one of 0, 1, 2, which the child's own ends are put on.
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "make pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  for (Fd* end : {&pipe.read, &pipe.write}) {
    if (end->get() > 2) continue;
    const int above = ::fcntl(end->get(), F_DUPFD_CLOEXEC, 3);
    if (above < 0) return Error::system(errno, "make pipe");
    end->reset(above);
  }
  return pipe;
}

Result<Spawned> start_with_keeper(const RunRequest& request) {
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  Pipe errors = TRY(make_pipe());
  Spawned spawned{
      .keeper = TRY(Keeper::start({request, input.read.get(), output.write.get(), errors.write.get()})
                        .in("run '" + request.path + "'")),
      .input = std::move(input.write),
      .output = std::move(output.read),
      .errors = std::move(errors.read),
  };
  for (const Fd* fd : {&spawned.input, &spawned.output, &spawned.errors}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  return spawned;
}

}  // namespace

Result<Spawned> spawn(const RunRequest& request) {
  auto spawned = start_with_keeper(request);
  if (spawned) return spawned;
  Error error = std::move(spawned).error();
  if (!error.detail) error.detail = std::make_shared<NeverStarted>();
  return error;
}

}  // namespace cni
