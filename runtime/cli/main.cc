// podrun: reads the command line, runs one command, turns what happened into an exit code.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cli/commands.h"
#include "runtime/cli/exit_codes.h"

namespace podrun::cli {
namespace {

// What exec shall run is no business of the parser: everything behind the first "--", as it stands.
std::vector<std::string> take_command(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> command(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return command;
}

void add_commands(CLI::App& app, Context& context, std::vector<std::string> command) {
  app.fallthrough();  // global flags may stand behind the command, as in `podrun get -n team-a`
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  context.add_flags(app);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  add_create(app, context);
  add_delete(app, context);
  add_describe(app, context);
  add_exec(app, context, std::move(command));
  add_get(app, context);
  add_inspect(app, context);
  add_logs(app, context);
  add_recover(app, context);
  add_version(app, context);
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<const CLI::App*> chosen = app.get_subcommands(nullptr);
  std::string name = "podrun";
  for (const CLI::App* command : chosen)
    if (command->parsed()) name += " " + command->get_name();
  say(std::string(error.what()) + "; see '" + name + " --help'");
  return kUsage;
}

// Parses; the exit code when there is nothing left to do.
std::optional<int> parse(CLI::App& app, Context& context, std::vector<std::string> arguments) {
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

// Says so when the results could not be written. A reader that went away is no news to anybody: then we end as
// programs without a handler do.
int finish(Context& context, int code) {
  const auto flushed = context.out.flush();
  if (flushed) return code;
  if (flushed.error().error_number == EPIPE) {
    ::signal(SIGPIPE, SIG_DFL);
    ::raise(SIGPIPE);
  }
  const int failure = report(flushed.error());
  return code != 0 ? code : failure;
}

int run(std::vector<std::string> arguments) {
  Context context;
  CLI::App app("Pods on one machine: namespaces, real CNI plugins, no daemon", "podrun");
  std::vector<std::string> command = take_command(arguments);
  add_commands(app, context, std::move(command));
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
  podrun::cli::prepare_console();
  try {
    return podrun::cli::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& error) {  // none is expected; out of memory, say
    return podrun::cli::report({podrun::Kind::internal, 0, error.what()});
  }
}
