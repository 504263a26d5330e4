// podrun: reads the command line, runs one command, turns what happened into an exit code.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/exit_codes.h"

namespace podrun::cli {
namespace {

using Arguments = std::vector<std::string>;

bool has(const Arguments& arguments, std::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

// What exec shall run is no business of the parser: everything behind the first "--", as it stands.
Arguments take_command(Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end() || std::find(arguments.begin(), dashes, "exec") == dashes) return {};
  Arguments command(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return command;
}

// Only commands whose names are on the line are set up, all of them when that tells nothing: a tenth of a millisecond,
// much beside the rest of an exec.
void add_commands(CLI::App& app, Context& context, const Arguments& arguments, Arguments command) {
  const auto exec = [&command](CLI::App& parser, Context& shared) { add_exec(parser, shared, std::move(command)); };
  const std::pair<const char*, std::function<void(CLI::App&, Context&)>> commands[] = {
      {"check", add_check},       {"cni", add_cni},         {"create", add_create}, {"delete", add_delete},
      {"describe", add_describe}, {"exec", exec},           {"get", add_get},       {"inspect", add_inspect},
      {"logs", add_logs},         {"recover", add_recover}, {"system", add_system}, {"version", add_version}};
  const bool all = has(arguments, "-h") || has(arguments, "--help") ||
                   std::none_of(std::begin(commands), std::end(commands),
                                [&](const auto& entry) { return has(arguments, entry.first); });
  for (const auto& [name, add] : commands)
    if (all || has(arguments, name)) add(app, context);
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string name = app.get_name();
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = chosen.front()->get_subcommands())
    name += " " + chosen.front()->get_name();
  say(std::string(error.what()) + "; see '" + name + " --help'");
  return kUsage;
}

// Parses; the exit code when there is nothing left to do.
std::optional<int> parse(CLI::App& app, Context& context, Arguments arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
    if (context.action) return std::nullopt;
    context.out.print(app.help());
  } catch (const CLI::CallForHelp&) {
    context.out.print(app.help());
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  return 0;
}

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

int run(Arguments arguments) {
  Context context;
  CLI::App app("Pods on one machine: namespaces, real CNI plugins, no daemon", "podrun");
  app.require_subcommand(0, 1);  // one command: a later word of that kind is a pod's or a network's name
  app.fallthrough();             // global flags may stand behind the command, as in `podrun get -n team-a`
  context.add_flags(app);
  Arguments command = take_command(arguments);
  add_commands(app, context, arguments, std::move(command));
  if (const auto code = parse(app, context, std::move(arguments))) return finish(context, *code);

  const Result<int> done = context.action();
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
  podrun::cli::prepare_console();
  try {
    return podrun::cli::run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {  // none is expected; out of memory, say
    return podrun::cli::report({podrun::Kind::internal, 0, error.what()});
  }
}
