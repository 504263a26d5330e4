// podrun delete: end pods and remove everything of theirs.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/cli/selector.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::vector<std::string> files;
  std::string selector;
  bool all = false;
  bool all_namespaces = false;
  bool force = false;
  bool ignore_not_found = false;
  std::optional<std::uint32_t> grace_period;
  std::string output;
};

struct Target {
  std::string name_space;
  std::string name;
};

Result<std::vector<Target>> from_files(const Context& context, const Options& options) {
  std::vector<Target> targets;
  for (const std::string& file : options.files) {
    const PodSpec spec = TRY(read_manifest(context, file, true));
    targets.push_back({spec.name_space, spec.name});
  }
  return targets;
}

Result<std::vector<Target>> from_store(const Context& context, const Options& options) {
  const Selector selector = TRY(Selector::parse(options.selector));
  std::vector<Target> targets;
  for (const PodRecord& pod : TRY(context.store().list()))
    if ((options.all_namespaces || pod.name_space == context.flags.name_space) && selector.matches(pod.labels))
      targets.push_back({pod.name_space, pod.name});
  return targets;
}

Result<std::vector<Target>> choose(const Context& context, const Options& options) {
  const std::vector<std::string> names = TRY(pod_names(options.words));
  const bool many = options.all || !options.selector.empty();
  if ((names.empty() ? 0 : 1) + (options.files.empty() ? 0 : 1) + (many ? 1 : 0) != 1 ||
      (options.all_namespaces && !many))
    return Error{Kind::invalid, 0, "delete: expected one of: names of pods, --filename, --all or --selector"};
  if (!options.files.empty()) return from_files(context, options);
  if (many) return from_store(context, options);
  std::vector<Target> targets;
  for (const std::string& name : names) targets.push_back({context.flags.name_space, name});
  return targets;
}

// The name resolves to an id once: whatever takes the name afterwards is another pod and not meant.
Result<void> delete_one(Runtime& runtime, const Target& target, const Options& options) {
  TRY(base::check_interruption().in("delete pod \"" + target.name + "\""));
  const std::string id = TRY(find_id(runtime.store(), target.name_space, target.name));
  DeleteOptions how;
  how.force = options.force;
  if (options.grace_period) how.grace_period = std::chrono::seconds(*options.grace_period);
  return runtime.remove(id, how).in("delete pod \"" + target.name + "\"");
}

Result<int> remove(Context& context, const Options& options) {
  TRY(context.require_root("delete"));
  const std::vector<Target> targets = TRY(choose(context, options));
  const base::InterruptionScope listening;
  Runtime runtime = context.runtime();
  Failures failures;
  for (const Target& target : targets) {
    if (const auto removed = delete_one(runtime, target, options); !removed) {
      if (!options.ignore_not_found || removed.error().kind != Kind::not_found) failures.add(removed.error());
      continue;
    }
    context.out.print(options.output == "name"
                          ? "pod/" + target.name + "\n"
                          : "pod \"" + target.name + (options.force ? "\" force deleted\n" : "\" deleted\n"));
    // A reader that went away stops no delete; main tells at the end.
    static_cast<void>(context.out.flush());
  }
  if (targets.empty()) note("No resources found");
  return failures.exit_code();
}

}  // namespace

void add_delete(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("delete", "End pods and remove everything of theirs");
  command->add_option("pods", options->words, "Names of pods")->type_name("POD");
  command->add_option("-f,--filename", options->files, "The pod of this manifest; - reads stdin")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_flag("--all", options->all, "Every pod of the namespace");
  command->add_flag("-A,--all-namespaces", options->all_namespaces, "With --all or --selector: of every namespace");
  command->add_option("-l,--selector", options->selector, "Pods with these labels")->type_name("SELECTOR");
  command->add_option("--grace-period", options->grace_period, "Seconds from SIGTERM to SIGKILL; 0 kills at once")
      ->type_name("SECONDS");
  command->add_flag("--force", options->force, "Also end a create under way, and remove what is ours if plugins fail");
  command->add_flag("--ignore-not-found", options->ignore_not_found, "A pod that does not exist is no error");
  add_output(*command, options->output, {"name"});
  command->callback(
      [&context, options] { context.action = [&context, options] { return remove(context, *options); }; });
}

}  // namespace podrun::cli
