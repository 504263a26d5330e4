#include "runtime/sandbox/exec_streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/kernel/inside.h"
#include "runtime/sandbox/pipes.h"

namespace podrun {
namespace {

// Opened from here, where a descriptor says what it is of, and not by a path inside, where the container says what is
// there (CVE-2025-31133). The container's and not the host's, whose mode a root with the host's users could change.
Result<Fd> open_null_inside(pid_t pid) {
  const Fd root = TRY(base::open_file("/proc/" + std::to_string(pid) + "/root", O_PATH | O_DIRECTORY));
  const Fd there = TRY(open_inside(root.get(), "dev/null", O_PATH | O_NOFOLLOW).in("the container's /dev/null"));
  struct stat info {};
  if (::fstat(there.get(), &info) != 0 || !S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3))
    return Error{Kind::denied, 0, "open the container's /dev/null: it is not the null device; pass -i for a stdin"};
  return base::open_file("/proc/self/fd/" + std::to_string(there.get()), O_RDWR);
}

}  // namespace

Result<ExecStreams> make_streams(pid_t pid, const ExecOptions& options, std::uint32_t user, std::uint32_t group) {
  ExecStreams streams;
  if (options.interactive) {
    Pipe in = TRY(make_pipe(Ours::writing, user, group));
    streams.in = std::move(in.write);
    streams.theirs.push_back(std::move(in.read));
  } else {
    streams.theirs.push_back(TRY(open_null_inside(pid)));
  }
  Pipe out = TRY(make_pipe(Ours::reading, user, group));
  streams.out = std::move(out.read);
  streams.theirs.push_back(std::move(out.write));
  if (options.one_output) {
    streams.theirs.emplace_back(::fcntl(streams.theirs.back().get(), F_DUPFD_CLOEXEC, 3));
    return streams;
  }
  Pipe err = TRY(make_pipe(Ours::reading, user, group));
  streams.err = std::move(err.read);
  streams.theirs.push_back(std::move(err.write));
  return streams;
}

}  // namespace podrun
