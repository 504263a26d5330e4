#include "runtime/sandbox/attach.h"

#include <fcntl.h>
#include <unistd.h>

#include "runtime/kernel/wire.h"
#include "runtime/sandbox/shim.h"

namespace podrun {
namespace {

using shim::MessageType;

constexpr std::chrono::seconds kShimPatience{30};

Result<Fd> make_reading_end(Fd& writing_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return Error::system(errno, "make a pipe");
  writing_end.reset(ends[1]);
  return Fd(ends[0]);
}

}  // namespace

Result<PendingAttachment> PendingAttachment::make(const Layout& layout, const PodPlan& pod, const std::string& key,
                                                  bool with_stdin) {
  PendingAttachment pending;
  pending.connection_ = TRY(connect_shim(layout, pod));
  Fd out, err;  // the shim's ends
  pending.attachment_.out = TRY(make_reading_end(out));
  pending.attachment_.err = TRY(make_reading_end(err));
  TRY(pending.connection_.send(static_cast<std::uint32_t>(MessageType::attach),
                               wire::write(shim::Attach{key, with_stdin}), {out.get(), err.get()}));
  return pending;
}

Result<Attachment> PendingAttachment::finish() && {
  Message answer = TRY(connection_.receive(kShimPatience).in("hear from the shim"));
  if (answer.type == static_cast<std::uint32_t>(MessageType::error)) return init::unpack_error(answer.body);
  const auto attached = TRY(wire::read<shim::Attached>(answer.body));
  attachment_.terminal = attached.terminal;
  if (!answer.fds.empty()) attachment_.in = std::move(answer.fds.front());
  if (attachment_.in && ::fcntl(attachment_.in.get(), F_SETFL, O_NONBLOCK) != 0)
    return Error::system(errno, "set a container's stdin non-blocking");
  attachment_.connection = std::move(connection_).take();
  return std::move(attachment_);
}

Result<Attachment> attach(const Host& host, const PodRecord& pod, const ContainerPlan& container, bool with_stdin) {
  const std::string& name = pod.plan.who.name;
  if (pod.life.state == PodState::stopped)
    return Error{Kind::not_found, 0, "pod '" + name + "' is stopped (start it: `podrun start " + name + "`)"};
  return TRY(PendingAttachment::make(host.layout(), pod.plan, container.key(), with_stdin)).finish();
}

}  // namespace podrun
