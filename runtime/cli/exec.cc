// podrun exec: run a command in a container. On the way there no other pod is looked at.
#include "runtime/sandbox/exec.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/cli/attend.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/env_option.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/terminal.h"
#include "runtime/kernel/process.h"

namespace podrun::cli {
namespace {

struct ExecCommandOptions {
  std::vector<std::string> words;
  std::vector<std::string> env;
  ExecOptions exec;
  bool quiet = false;
};

// One word, or the two of "pod web": what follows is the command.
bool names_a_pod(const std::vector<std::string>& words) {
  return words.size() == 2 || (words.size() == 1 && !is_resource_word(words.front()));
}

// The one child there is, if it has ended.
std::optional<int> reap() {
  const Ended ended = next_ended(-1, WNOHANG);
  return ended.pid != 0 ? std::optional(ended.status) : std::nullopt;
}

// A tracer inside the container is told of the end first; one that never listens would keep it from us.
Result<int> reap_ended() {
  for (int tries = 0; tries < 100; ++tries) {
    if (const auto status = reap()) return *status;
    ::usleep(10'000);
  }
  return Error{Kind::busy, 0,
               "wait for the command: it has ended, but a process in the container traces it and keeps how"};
}

// Its wait status.
Result<int> attend_command(Session session, bool interactive, const Signals& signals) {
  std::optional<RawMode> raw;
  if (session.terminal && interactive) raw.emplace();
  std::optional<int> status;
  Attended attended;
  attended.end = session.pidfd.get();
  if (session.terminal) attended.master = Fd(::fcntl(session.out.get(), F_DUPFD_CLOEXEC, 3));
  attended.take_signal = [&](int signal) {
    if (signal != SIGCHLD)
      send_signal(session.pidfd.get(), signal);
    else if (!status)
      status = reap();
    return true;
  };
  attended.streams = relays_to(std::move(session.in), std::move(session.out), std::move(session.err), session.terminal);
  TRY(attend(attended, signals));
  return status ? *status : reap_ended();
}

Result<int> run_command(const Pod& pod, const ExecOptions& options) {
  const Signals signals = TRY(Signals::take());
  auto session = start_exec(pod, options);
  if (!session && dynamic_cast<const CommandCannotRun*>(session.error().detail.get()) != nullptr) {
    say(session.error().what);
    return session.error().kind == Kind::not_found ? 127 : 126;  // as shells do
  }
  const int status = TRY(attend_command(TRY(std::move(session)), options.interactive, signals));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<int> exec(Context& context, ExecCommandOptions& options) {
  if (options.exec.command.empty())
    return Error{Kind::invalid, 0, "exec: no command; it goes behind the pod: podrun exec POD -- COMMAND ARGUMENT..."};
  TRY(context.require_root("exec"));
  const std::string name = TRY(pod_name(options.words).in("exec"));
  options.exec.env = TRY(read_env(options.env).in("exec"));
  const Pod pod = TRY(find_pod(context, name));
  const std::string in_pod = "exec in pod \"" + pod.record.plan.who.name + "\"";
  if (pod.record.plan.namespaces.host_users) TRY(go_on_read_only().in(in_pod));
  options.exec.container = TRY(choose_container(pod, options.exec.container, options.quiet))->plan.name;
  if (options.exec.terminal && ::isatty(STDIN_FILENO) == 0) {
    options.exec.terminal = false;
    warn("stdin is no terminal; going on without one");
  }
  options.exec.size = terminal_size();
  options.exec.one_output = stdout_is_stderr();
  return run_command(pod, options.exec).in(in_pod);
}

}  // namespace

void exec_command(Command& command, Context& context) {
  const auto options = std::make_shared<ExecCommandOptions>();
  command.words(options->words, "POD", "Name of the pod", 1, 2);
  command.rest(options->exec.command, "COMMAND ARGUMENT...", names_a_pod);
  command.option("-c,--container", options->exec.container, "NAME", "Container; else the pod's first");
  command.flag("-i,--stdin", options->exec.interactive, "Pass stdin on; else it is /dev/null");
  command.flag("-t,--tty", options->exec.terminal, "Give the command a terminal");
  command.option("-u,--user", options->exec.user, "USER[:GROUP]", "Run as this user and group");
  command.option("-e,--env", options->env, "NAME[=VALUE]",
                 "Set a variable of the environment, without a value as it is here; may be repeated");
  command.option("-w,--workdir", options->exec.working_dir, "DIR", "Directory to run in");
  command.flag("-q,--quiet", options->quiet, "Say nothing about which container was chosen");
  command.run([&context, options] { return exec(context, *options); });
}

}  // namespace podrun::cli
