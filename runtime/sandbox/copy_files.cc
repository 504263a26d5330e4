#include "runtime/sandbox/copy_files.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <clocale>
#include <functional>

#include "base/interruption.h"
#include "runtime/copy/fd_stream.h"
#include "runtime/copy/pack.h"
#include "runtime/copy/repack.h"
#include "runtime/copy/unpack.h"
#include "runtime/init/handshake.h"
#include "runtime/init/run.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/wire.h"
#include "runtime/sandbox/entering.h"
#include "runtime/sandbox/exec.h"

namespace podrun {
namespace {

using copy::Tally;

enum class Report : std::uint32_t { copied = 1, failed };
constexpr std::chrono::seconds kCopyEndPatience{2};  // with a child that has nothing more to do

// What one side does with the stream.
using Work = std::function<Result<void>(int stream, Tally& tally)>;

[[noreturn]] void work_inside(int container, std::uint64_t join, Channel channel, int stream, const Work& work,
                              const Result<void>& so_far) {
  Tally tally;
  auto done = so_far;
  if (done) done = init::enter_files(container, join, channel, &stream);
  if (done) done = work(stream, tally);
  if (done)
    (void)channel.send(static_cast<std::uint32_t>(Report::copied), wire::write(tally));
  else
    (void)channel.send(static_cast<std::uint32_t>(Report::failed), init::pack(done.error()));
  ::_exit(0);
}

// The child in the container, and what leads to it.
struct Inside {
  Child child;
  Channel channel;
  Fd stream;
};

Result<Inside> begin_inside(const PodRecord& pod, const ContainerRecord& container, const Work& work) {
  const std::string& name = container.plan.name;
  auto target = open_process(container.life.process);
  if (!target)
    return Error{
        Kind::not_found, 0,
        "container '" + name + "' of pod '" + pod.plan.who.name + "' is not running; files are copied where one runs"};
  if (pod.plan.namespaces.host_users && !runs_read_only())
    return Error{Kind::denied, 0, "enter container '" + name + "': its root could write to this program"};
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  const CgroupEntry entry = TRY(cgroup.container_entry(container.plan.cgroup));
  const std::uint64_t join = TRY(namespaces_to_join(container));
  const int score = oom_score_adj_of(container.life.process.pid);
  auto [ours, theirs] = TRY(Channel::pair());
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return Error::system(errno, "make a stream");
  Fd our_end(ends[0]), their_end(ends[1]);
  Inside inside;
  inside.child = TRY(clone_undumpable(-1, entry).in("enter container '" + name + "'"));
  if (inside.child.pid == 0) {
    clean_slate();
    (void)set_oom_score_adj(score);
    work_inside(target->get(), join, std::move(theirs), their_end.get(), work, enter_cgroup(entry));
  }
  inside.channel = std::move(ours);
  inside.stream = std::move(our_end);
  return inside;
}

// As long as it takes, where nothing is wrong so far: the other side may have a slow disk.
Result<Message> await_report(const Inside& inside, bool is_well) {
  pollfd polled[2] = {{inside.channel.fd(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}};
  while (is_well && polled[0].revents == 0 && polled[1].revents == 0)
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return Error::system(errno, "wait for a copy");
  return inside.channel.receive(kCopyEndPatience);
}

// The end of a stream that the other side has cut off, which knows why.
bool is_cut_off(const Error& error) { return error.error_number == EPIPE || error.error_number == ECONNRESET; }
bool is_cut_short(const Error& error) { return error.kind == Kind::corrupt; }

// `ours` is what our side came to; `is_shadow`: whether its error may be that the other side has ended.
Result<Tally> finish(Inside inside, const std::string& name, const Result<void>& ours, bool (*is_shadow)(const Error&),
                     const Tally& tally) {
  ::shutdown(inside.stream.get(), SHUT_WR);
  if (!ours) inside.stream.reset();
  const auto report = await_report(inside, static_cast<bool>(ours));
  end_child(inside.child.pidfd);
  if (!ours && !is_shadow(ours.error())) return ours.error();
  if (base::interruption_signal() != 0 && !report) TRY(base::check_interruption());
  if (!report)
    return Error{Kind::not_found, 0,
                 "its process in container '" + name +
                     "' was killed, by the container's end or for want of memory; what was copied before is there"};
  if (report->type == static_cast<std::uint32_t>(Report::failed)) {
    Error theirs = init::unpack_error(report->body);
    return !ours && is_cut_off(theirs) ? ours.error() : std::move(theirs);
  }
  if (!ours) return ours.error();
  Tally both = TRY(wire::read<Tally>(report->body));
  both.entries = std::max(both.entries, tally.entries);
  both.passed_over.add(tally.passed_over);
  both.changed.add(tally.changed);
  return both;
}

}  // namespace

Result<Tally> copy_out(const PodRecord& pod, const ContainerRecord& container, const CopyOptions& options) {
  Inside inside = TRY(begin_inside(pod, container, [&](int stream, Tally& tally) {
    copy::FdSink sink(stream, -1);
    return copy::pack(options.inside, copy::open_in_own_root, sink, tally);
  }));
  Tally tally;
  copy::FdSource source(inside.stream.get(), base::interruption_fd());
  Result<void> done;
  if (options.outside) {
    const copy::UnpackOptions how{.preserves = options.preserves, .owner = ::geteuid(), .group = ::getegid()};
    done = copy::unpack(source, *options.outside, copy::open_as_typed, how, tally);
  } else {
    ::setlocale(LC_CTYPE, "C.UTF-8");  // of what other programs read, and behind the clone
    copy::FdSink sink(STDOUT_FILENO, base::interruption_fd());
    done = copy::repack(source, sink, copy::TarWriter::Names::text).in("write 'stdout'");
  }
  return finish(std::move(inside), container.plan.name, done, is_cut_short, tally);
}

Result<Tally> copy_in(const PodRecord& pod, const ContainerRecord& container, const CopyOptions& options) {
  const copy::UnpackOptions how{
      .preserves = options.preserves, .keeps_set_id = true, .keeps_names = !options.outside, .follows_links = true};
  Inside inside = TRY(begin_inside(pod, container, [&](int stream, Tally& tally) {
    copy::FdSource source(stream, -1);
    return copy::unpack(source, options.inside, copy::open_in_own_root, how, tally);
  }));
  Tally tally;
  copy::FdSink sink(inside.stream.get(), base::interruption_fd());
  Result<void> done;
  if (options.outside) {
    done = copy::pack(*options.outside, copy::open_as_typed, sink, tally);
  } else {
    copy::FdSource source(STDIN_FILENO, base::interruption_fd());
    done = copy::repack(source, sink, copy::TarWriter::Names::bytes).in("read 'stdin'");
  }
  if (!done && !is_cut_off(done.error())) {
    Error error = std::move(done).error();
    error.what += "; what was copied before it, if anything, is in the container";
    done = std::move(error);
  }
  return finish(std::move(inside), container.plan.name, done, is_cut_off, tally);
}

}  // namespace podrun
