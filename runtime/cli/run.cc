// podrun run: make a pod of one container from what is typed.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/attached.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/creation.h"
#include "runtime/cli/image_names.h"
#include "runtime/cli/record_option.h"
#include "runtime/cli/run_manifest.h"
#include "runtime/cli/terminal.h"
#include "runtime/manifest/manifest.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun::cli {
namespace {

struct RunCommandOptions {
  std::vector<std::string> words;
  RunOptions run;
  std::vector<std::string> env;
  std::vector<std::string> env_files;
  std::optional<std::string> restart;
  bool detach = false;
  bool attach = false;
  bool remove = false;
  std::string detach_keys = kDetachKeys;
  Creation creation;

  bool attaches() const { return !detach && (attach || run.has_stdin || run.terminal); }
};

constexpr std::size_t kEnvFileLimit = 1U << 20U;

Result<void> check_options_of_run(const RunCommandOptions& options) {
  if (options.detach && options.attach) return Error{Kind::invalid, 0, "--detach and --attach do not go together"};
  if (options.remove && options.run.restart != "Never" && options.run.restart != "no")
    return Error{Kind::invalid, 0, "--rm and --restart " + options.run.restart + " do not go together"};
  return {};
}

// Of two with one name the later counts: --env before --env-file.
Result<Variables> variables(const RunCommandOptions& options) {
  Variables all;
  for (const std::string& file : options.env_files) {
    const std::string text = TRY(base::read_file(file, kEnvFileLimit).in("--env-file"));
    for (auto& variable : TRY(read_env_file(text, file))) all.push_back(std::move(variable));
  }
  for (auto& variable : TRY(read_env(options.env))) all.push_back(std::move(variable));
  return all;
}

Result<Json> read_options(const Context& context, RunCommandOptions& options) {
  RunOptions& run = options.run;
  const bool ends_with_caller = options.remove || (options.attaches() && (run.has_stdin || run.terminal));
  run.restart = options.restart.value_or(ends_with_caller ? "Never" : "Always");
  run.name = options.words.front();
  run.name_space = context.flags.name_space;
  TRY(check_options_of_run(options));
  // Whoever leaves a terminal comes back to it; a pipe ends with its writer.
  run.stdin_once = run.has_stdin && options.attaches() && !run.terminal;
  // Whoever is attached has the exit code to read first, and then removes it.
  run.removed_at_end = options.remove && !options.attaches();
  run.env = TRY(variables(options));
  return run_manifest(run);
}

Result<PodSpec> read_pod_spec(const Context& context, RunCommandOptions& options) {
  const Json asked = TRY(read_options(context, options).in("run"));
  Manifest manifest = TRY(parse_manifest(asked.dump(), "run"));
  for (const std::string& warning : manifest.warnings) warn(warning);
  return std::move(manifest.spec);
}

struct Started {
  StoodUp made;
  Signals signals;
};

Result<Started> create_with_client(Host& host, const PodSpec& spec, const RunCommandOptions& options) {
  base::listen_for_interruption();
  CreateOptions create = options.creation.options;
  create.client = {.container = spec.name, .with_stdin = options.run.has_stdin, .size = terminal_size()};
  StoodUp made = TRY(create_with_progress(host, spec, create));
  return Started{std::move(made), TRY(Signals::take())};
}

// The exit code of the container, or of having left it.
Result<int> outcome(const Host& host, const Pod& pod, const Left& left, bool removes) {
  const std::string& name = pod.record.plan.who.name;
  if (left.by_signal != 0) return 128 + left.by_signal;
  if (!left.by_keys) return exit_code_of(host.layout(), pod.record, pod.containers.front());
  say("pod \"" + name + "\" goes on; 'podrun attach -it " + name + "' comes back to it" +
      (removes ? ", 'podrun delete " + name + "' removes it" : ""));
  return 0;
}

Result<int> run_attached(Host& host, const PodSpec& spec, const RunCommandOptions& options) {
  AttachOptions attach{.terminal = options.run.terminal, .detach_keys = options.detach_keys};
  settle_terminal(attach.terminal);
  std::optional<Started> started = TRY(create_with_client(host, spec, options));
  const Pod pod = std::move(started->made.pod);
  // A signal that came when all was made.
  const int asked = base::interruption_signal();
  Result<Left> left = asked != 0 ? Left{.by_signal = asked}
                                 : stay_attached(std::move(*started->made.attachment), attach, started->signals);
  const auto code = left ? outcome(host, pod, *left, options.remove)
                         : Result<int>(left.error()).in("attached to pod \"" + spec.name + "\"");
  if (!options.remove || (left && left->by_keys)) return code;
  started.reset();  // signals come as they did
  const bool waits = asked == 0;
  TRY(delete_pod(host, pod.record.plan.who.id,
                 {.grace_period = waits ? std::nullopt : std::optional(std::chrono::seconds(0))})
          .in("delete pod \"" + spec.name + "\""));
  return code;
}

Result<int> run_pod(Context& context, RunCommandOptions& options) {
  const PodSpec spec = TRY(read_pod_spec(context, options));
  if (!options.creation.is_dry()) TRY(context.require_root("run"));
  Host host = context.host();
  if (options.attaches() && !options.creation.is_dry()) return run_attached(host, spec, options);
  TRY(create_and_show(context, host, spec, options.creation));
  return 0;
}

}  // namespace

void run_command(Command& command, Context& context) {
  const auto options = std::make_shared<RunCommandOptions>();
  RunOptions& run = options->run;
  command.words(options->words, "NAME", "Name of the pod and of its container", 1, 1);
  command.rest(run.words, "ARGUMENT...");
  add_image(command, context, run.image, run.pull_policy);
  command.flag("--command", run.command, "What is behind -- replaces the image's entrypoint, and not only its command");
  command.flag("-d,--detach", options->detach, "Return once the pod is made, also with -i or -t");
  command.flag("-i,--stdin", run.has_stdin, "Keep the container's stdin open, and attach to it");
  command.flag("-t,--tty", run.terminal, "Give the container a terminal, and attach to it");
  command.flag("--attach", options->attach, "Attach to what the container prints");
  add_detach_keys(command, options->detach_keys);
  command.flag("--rm", options->remove, "Remove the pod at its end");
  command.option("-e,--env", options->env, "NAME[=VALUE]",
                 "Set a variable of the environment, without a value as it is here; may be repeated");
  command.option("--env-file", options->env_files, "FILE", "The same, a line each");
  command.option("-p,--port", run.ports, "[[IP:]HOST:]CONTAINER[/PROTOCOL]",
                 "Publish a port of the container on this machine; may be repeated");
  command.option("-l,--labels", run.labels, "KEY=VALUE,...", "Labels of the pod; else run=NAME").split_at_commas();
  command.option("--annotations", run.annotations, "KEY=VALUE", "An annotation of the pod; may be repeated");
  command.option("--restart", options->restart, "POLICY", "Whether the container is made again when it ends")
      .one_of({"Always", "OnFailure", "Never", "always", "on-failure", "no"});
  command.option("--hostname", run.hostname, "NAME", "Host name of the pod; else its name");
  command.option("-w,--workdir", run.working_dir, "DIR", "Directory to run in");
  command.option("-u,--user", run.user, "UID[:GID]", "Run as this user and group");
  const Option::Set host_users = [&run](const std::string& text) -> Result<void> {
    bool value = false;
    TRY(take(value, text));
    run.host_users = value;
    return {};
  };
  command.option("--host-users", host_users, "", "The pod has no user namespace of its own");
  command.flag("--privileged", run.privileged, "All rights that there are within the pod");
  add_creation(command, options->creation);
  add_record(command, context);
  command.run([&context, options] { return run_pod(context, *options); });
}

}  // namespace podrun::cli
