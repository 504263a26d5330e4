// podrun debug: look at a pod from a container that is added to it.
#include <memory>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/attached.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/debug_manifest.h"
#include "runtime/cli/image_names.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/progress_line.h"
#include "runtime/cli/registry_options.h"
#include "runtime/cli/terminal.h"
#include "runtime/sandbox/debug_pod.h"

namespace podrun::cli {
namespace {

struct DebugCommandOptions {
  std::vector<std::string> words;
  DebugManifestOptions container;
  std::vector<std::string> env;
  std::optional<bool> attach;
  std::string detach_keys = kDetachKeys;
  bool quiet = false;
  DebugOptions debug;

  bool attaches() const { return attach.value_or(container.has_stdin || container.terminal); }
};

Result<EphemeralSpec> read_ephemeral_spec(const Pod& pod, DebugCommandOptions& options) {
  DebugManifestOptions& container = options.container;
  if (container.name.empty()) {
    container.name = "debugger-" + base::random_hex(3).substr(0, 5);
    if (!options.quiet) say("defaulting debug container name to " + container.name);
  }
  // As run has it: who leaves a terminal comes back to it, and a pipe ends with its writer.
  container.stdin_once = container.has_stdin && options.attaches() && !container.terminal;
  container.env = TRY(read_env(options.env));
  DebugManifest made = TRY(debug_manifest(container, pod.record.plan));
  for (const std::string& warning : made.warnings) warn(warning);
  return std::move(made.spec);
}

Result<Debugger> start_debugger(const Host& host, const Pod& pod, const EphemeralSpec& spec, DebugOptions options) {
  std::optional<ProgressLine> line;
  options.registry.progress = [&line](const std::string& text) { show_progress(line, text); };
  base::listen_for_interruption();
  return debug_pod(host, pod.record.plan.who.id, spec, options);
}

Result<int> stay(const Host& host, Debugger debugger, const DebugCommandOptions& options) {
  const Signals signals = TRY(Signals::take());
  const std::string& pod = debugger.pod.plan.who.name;
  const std::string& name = debugger.container.plan.name;
  const AttachOptions attach{.with_stdin = options.container.has_stdin,
                             .terminal = options.container.terminal,
                             .detach_keys = options.detach_keys};
  const Left left = TRY(stay_attached(std::move(*debugger.attachment), attach, signals));
  if (left.by_signal != 0) return 128 + left.by_signal;
  if (!left.by_keys) return exit_code_of(host.layout(), debugger.pod, debugger.container);
  say("container \"" + name + "\" goes on; 'podrun attach -it " + pod + " -c " + name + "' comes back to it");
  return 0;
}

Result<int> debug_with_container(Context& context, DebugCommandOptions& options) {
  TRY(context.require_root("debug"));
  const std::string name = TRY(pod_name(options.words).in("debug"));
  const std::string in_pod = "debug pod \"" + name + "\"";
  const Pod pod = TRY(find_pod(context, name));
  if (options.attaches()) settle_terminal(options.container.terminal);
  const EphemeralSpec spec = TRY(read_ephemeral_spec(pod, options).in("debug"));
  const Host host = context.host();
  options.debug.attaches = options.attaches();
  options.debug.size = terminal_size();
  Debugger debugger = TRY(start_debugger(host, pod, spec, options.debug).in(in_pod));
  if (debugger.attachment) return stay(host, std::move(debugger), options).in(in_pod);
  context.out.print("pod/" + name + " container/" + spec.container().name + " added\n");
  return 0;
}

}  // namespace

void debug_command(Command& command, Context& context) {
  const auto options = std::make_shared<DebugCommandOptions>();
  DebugManifestOptions& container = options->container;
  command.words(options->words, "POD", "Name of the pod", 1, 2);
  command.rest(container.words, "COMMAND ARGUMENT...");
  add_image(command, context, container.image, container.pull_policy);
  command.option("--target", container.target, "CONTAINER",
                 "See the processes of this container, and its files by them");
  command.option("-c,--container", container.name, "NEW-NAME", "What it is to be called; else debugger- and something");
  command.flag("-i,--stdin", container.has_stdin, "Keep its stdin open, and attach to it");
  command.flag("-t,--tty", container.terminal, "Give it a terminal, and attach to it");
  const Option::Set attach = [options](const std::string& text) -> Result<void> {
    bool value = false;
    TRY(take(value, text));
    options->attach = value;
    return {};
  };
  command.option("--attach", attach, "", "Attach to what it prints, and return as it ends; else with -i and -t");
  add_detach_keys(command, options->detach_keys);
  command.flag("--arguments-only", container.words_are_args,
               "What is behind -- are arguments of the image's entrypoint, and not a command");
  command.option("-e,--env", options->env, "NAME[=VALUE]",
                 "Set a variable of its environment, without a value as it is here; may be repeated");
  command.option("--profile", container.profile, "PROFILE", "Which rights it has beside those of a container")
      .one_of({kDebugProfiles[0], kDebugProfiles[1], kDebugProfiles[2], kDebugProfiles[3], kDebugProfiles[4],
               kDebugProfiles[5]})
      .shows(kDebugProfiles[0]);
  add_registry(command, options->debug.registry);
  command.flag("-q,--quiet", options->quiet, "Say nothing about the name that was chosen");
  command.run([&context, options] { return debug_with_container(context, *options); });
}

}  // namespace podrun::cli
