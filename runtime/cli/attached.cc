#include "runtime/cli/attached.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "runtime/cli/console.h"
#include "runtime/cli/terminal.h"
#include "runtime/store/store.h"

namespace podrun::cli {

void add_detach_keys(Command& command, std::string& keys) {
  const Option::Set set = [&keys](const std::string& text) -> Result<void> {
    TRY(DetachKeys::parse(text));
    keys = text;
    return {};
  };
  command
      .option("--detach-keys", set, "KEY,...",
              "Keys that leave the container's terminal and let it go on; none if empty")
      .shows(kDetachKeys);
}

void settle_terminal(bool& terminal) {
  if (!terminal || ::isatty(STDIN_FILENO) == 1) return;
  terminal = false;
  warn("stdin is no terminal; going on without one");
}

Result<Left> stay_attached(Attachment attachment, const AttachOptions& options, const Signals& signals) {
  const bool is_ours = options.terminal && attachment.terminal && attachment.in;
  Attended attended;
  attended.end = attachment.connection.get();
  attended.take_signal = [](int signal) { return signal == SIGCHLD; };
  std::optional<RawMode> raw;
  DetachKeys keys;
  if (is_ours) {
    keys = TRY(DetachKeys::parse(options.detach_keys));
    attended.master = Fd(::fcntl(attachment.in.get(), F_DUPFD_CLOEXEC, 3));
    set_size(attended.master.get(), terminal_size());
    raw.emplace();
  } else if (attachment.in && !attachment.terminal) {
    // The shim holds the container's stdin open too: for a container whose stdin is ours alone, this is its end.
    attended.input_has_ended = [&attachment] { ::shutdown(attachment.connection.get(), SHUT_WR); };
  }
  attended.streams = relays_to(std::move(attachment.in), std::move(attachment.out), std::move(attachment.err),
                               attachment.terminal, std::move(keys));
  return attend(attended, signals);
}

Result<int> exit_code_of(const Layout& layout, const PodRecord& pod, const ContainerRecord& container) {
  if (const auto exit = status_of(layout, pod, container).exit) return exit->code;
  return Error{Kind::not_found, 0,
               "container '" + container.plan.name + "' of pod '" + pod.plan.who.name +
                   "' has ended, and how is not known: the pod is gone, or its shim"};
}

}  // namespace podrun::cli
