// podrun exec: run a command in a container. On the way there nothing is listed and no other pod is looked at.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "runtime/cli/commands.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::vector<std::string> env;
  ExecOptions exec;
  bool quiet = false;
};

Result<void> split_env(Options& options) {
  for (const std::string& variable : options.env) {
    const auto equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos)
      return Error{Kind::invalid, 0, "exec: --env '" + variable + "': expected NAME=VALUE"};
    options.exec.env.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return {};
}

Result<int> exec(Context& context, Options& options) {
  if (options.exec.command.empty())
    return Error{Kind::invalid, 0, "exec: no command; it goes after two dashes: podrun exec POD -- COMMAND ARGUMENT…"};
  TRY(context.require_root("exec"));
  const std::string name = TRY(pod_name(options.words).in("exec"));
  TRY(split_env(options));
  const PodRecord pod = TRY(find_pod(context, name));
  options.exec.container = TRY(choose_container(pod, options.exec.container, options.quiet))->name;
  if (options.exec.terminal && ::isatty(STDIN_FILENO) == 0) {
    options.exec.terminal = false;
    warn("stdin is no terminal; going on without one");
  }
  return context.runtime().exec(pod, options.exec).in("exec in pod \"" + pod.name + "\"");
}

}  // namespace

void add_exec(CLI::App& app, Context& context, std::vector<std::string> command_line) {
  const auto options = std::make_shared<Options>();
  options->exec.command = std::move(command_line);
  CLI::App* command = app.add_subcommand("exec", "Run a command in a container: podrun exec POD -- COMMAND…");
  command->add_option("pod", options->words, "Name of the pod")->required()->expected(1, 2)->type_name("POD");
  command->add_option("-c,--container", options->exec.container, "Container; else the pod's first")->type_name("NAME");
  command->add_flag("-i,--stdin", options->exec.interactive, "Pass stdin on; else it is /dev/null");
  command->add_flag("-t,--tty", options->exec.terminal, "Give the command a terminal");
  command->add_option("-u,--user", options->exec.user, "Run as this user and group")->type_name("USER[:GROUP]");
  command->add_option("-e,--env", options->env, "Set a variable of the environment; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command->add_option("-w,--workdir", options->exec.working_dir, "Directory to run in")->type_name("DIR");
  command->add_flag("-q,--quiet", options->quiet, "Say nothing about which container was chosen");
  command->callback([&context, options] { context.action = [&context, options] { return exec(context, *options); }; });
}

}  // namespace podrun::cli
