// podrun exec: run a command in a container. On the way there no other pod is looked at.
#include "runtime/sandbox/exec.h"

#include <unistd.h>

#include <cstdlib>
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

// One word, or the two of "pod web": what follows is the command.
bool names_a_pod(const std::vector<std::string>& words) {
  return words.size() == 2 || (words.size() == 1 && !is_resource_word(words.front()));
}

// NAME alone passes on what it is here, and nothing where it is not set.
Result<void> split_env(Options& options) {
  for (const std::string& variable : options.env) {
    const std::string name = variable.substr(0, variable.find('='));
    if (name.empty()) return Error{Kind::invalid, 0, "exec: --env '" + variable + "': expected NAME=VALUE or NAME"};
    const char* here = std::getenv(name.c_str());
    if (name.size() < variable.size())
      options.exec.env.emplace_back(name, variable.substr(name.size() + 1));
    else if (here != nullptr)
      options.exec.env.emplace_back(name, here);
  }
  return {};
}

Result<int> exec(Context& context, Options& options) {
  if (options.exec.command.empty())
    return Error{Kind::invalid, 0, "exec: no command; it goes behind the pod: podrun exec POD -- COMMAND ARGUMENT..."};
  TRY(context.require_root("exec"));
  const std::string name = TRY(pod_name(options.words).in("exec"));
  TRY(split_env(options));
  const Pod pod = TRY(find_pod(context, name));
  options.exec.container = TRY(choose_container(pod, options.exec.container, options.quiet))->plan.name;
  if (options.exec.terminal && ::isatty(STDIN_FILENO) == 0) {
    options.exec.terminal = false;
    warn("stdin is no terminal; going on without one");
  }
  // All that it warns of is why the command could not be run, which makes 126 or 127: for us that is an error.
  return podrun::exec(pod, options.exec, say).in("exec in pod \"" + pod.record.plan.who.name + "\"");
}

}  // namespace

void exec_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
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
