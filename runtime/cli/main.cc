// podrun: reads the command line, runs one command, turns what happened into an exit code.
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <exception>
#include <string>
#include <vector>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/complete.h"
#include "runtime/cli/help.h"
#include "runtime/cli/in_node.h"
#include "runtime/cli/parse.h"

namespace podrun::cli {
namespace {

// As programs without a handler do: a shell shows 128 + signal, and ends its script or loop where it had the same
// signal. Without a core, as nothing is wrong.
void end_by(int signal) {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

// Says so when the results could not be written. A reader that went away is no news to anybody.
int finish(Context& context, int code) {
  const auto flushed = context.out.flush();
  if (code != 0 && base::interruption_signal() != 0) end_by(base::interruption_signal());
  if (flushed) return code;
  if (flushed.error().error_number == EPIPE) end_by(SIGPIPE);
  const int failure = report(flushed.error());
  return code != 0 ? code : failure;
}

Result<int> obey(Context& context, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kComplete) {
    complete(context, {arguments.begin() + 1, arguments.end()});
    return 0;
  }
  Command podrun = podrun_command(context);
  CommandLine line(podrun, context);
  TRY(line.read(arguments));
  if (context.flags.version) return version(context, "");
  const auto& action = line.chain().back()->action();
  if (action && !line.wants_help()) {
    TRY(go_to_node(context, line.chain()));
    return action();
  }
  context.out.print(help_text(line.chain()));
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  Context context;
  const Result<int> done = obey(context, arguments);
  if (done) return finish(context, *done);
  const auto written = context.out.flush();
  if (!written && written.error().what == done.error().what) return finish(context, 1);  // said there, once
  return finish(context, report(done.error()));
}

}  // namespace
}  // namespace podrun::cli

int main(int argc, char** argv) {
  // Neither may depend on who calls: the modes of what we make, and whether children can be waited for.
  ::umask(0022);
  ::signal(SIGCHLD, SIG_DFL);
  // One arena for the few threads there are: each would reserve 128 MB and fault in pages of its own, to wait for a disk.
  ::mallopt(M_ARENA_MAX, 1);
  podrun::cli::prepare_console();
  try {
    return podrun::cli::run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {  // none is expected; out of memory, say
    return podrun::cli::report({podrun::Kind::internal, 0, error.what()});
  }
}
