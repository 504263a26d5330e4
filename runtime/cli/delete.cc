// podrun delete: end pods and remove everything of theirs.
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/detached.h"
#include "runtime/cli/field_selector.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/cli/selector.h"
#include "runtime/cli/time_text.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::vector<std::string> files;
  std::string selector;
  std::string field_selector;
  bool all = false;
  bool all_namespaces = false;
  bool force = false;
  bool ignore_not_found = false;
  bool now = false;
  bool wait = true;
  std::optional<std::uint32_t> grace_period;
  std::chrono::nanoseconds timeout{0};  // none
  std::string output;
};

Error bad_input(std::string what) { return {Kind::invalid, 0, std::move(what)}; }

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
  const FieldSelector fields = TRY(FieldSelector::parse(options.field_selector));
  const Store store = context.store();
  std::vector<Target> targets;
  for (const PodRecord& pod : TRY(store.list())) {
    const Identity& who = pod.plan.who;
    if (!options.all_namespaces && who.name_space != context.flags.name_space) continue;
    if (selector.matches(who.labels) &&
        (options.field_selector.empty() || fields.matches(look_at(store, TRY(store.whole(pod))))))
      targets.push_back({who.name_space, who.name});
  }
  return targets;
}

Result<std::vector<Target>> choose(const Context& context, const Options& options) {
  const std::vector<std::string> names = TRY(pod_names(options.words));
  const bool many = options.all || !options.selector.empty() || !options.field_selector.empty();
  const int ways = (names.empty() ? 0 : 1) + (options.files.empty() ? 0 : 1) + (many ? 1 : 0);
  if (ways == 0) return bad_input("delete: which pods? Give names, --filename, --all or a selector");
  if (ways > 1) return bad_input("delete: names of pods, --filename and --all or a selector do not go together");
  if (options.all_namespaces && !many) return bad_input("delete: --all-namespaces goes with --all or a selector only");
  if (!options.files.empty()) return from_files(context, options);
  if (many) return from_store(context, options);
  std::vector<Target> targets;
  for (const std::string& name : names) targets.push_back({context.flags.name_space, name});
  return targets;
}

DeleteOptions how(const Options& options) {
  DeleteOptions how;
  how.force = options.force;
  if (options.now) how.grace_period = std::chrono::seconds(1);  // as kubectl's
  if (options.grace_period) how.grace_period = std::chrono::seconds(*options.grace_period);
  return how;
}

// Until it fails, or somebody can see that it is under way.
Result<void> begin(Detached& removal, const Store& store, const std::string& id) {
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (const auto done = removal.wait(std::chrono::milliseconds(20))) return *done;
    const auto pod = store.load(id);
    if (!pod || pod->life.is_terminating()) return {};
  }
  return {};
}

Result<void> finish_within(Detached& removal, std::chrono::nanoseconds timeout) {
  if (const auto done = removal.wait(std::chrono::ceil<std::chrono::milliseconds>(timeout))) return *done;
  return Error{Kind::timeout, 0, "not done within --timeout; it goes on"};
}

// The name resolves to an id once: whatever takes the name afterwards is another pod and not meant.
Result<void> delete_one(const Context& context, const Target& target, const Options& options) {
  TRY(base::check_interruption());
  const Store store = context.store();
  const std::string id = TRY(find_id(store, target.name_space, target.name));
  const auto work = [&](const Warn& warn) { return delete_pod(context.host(warn), id, how(options)); };
  if (options.wait && options.timeout.count() == 0) {
    const base::InterruptionScope listening;  // the others go on whatever happens to us
    return work(warn);
  }
  Detached removal = TRY(Detached::start(work));
  return options.wait ? finish_within(removal, options.timeout) : begin(removal, store, id);
}

Result<int> remove(Context& context, const Options& options) {
  TRY(context.require_root("delete"));
  if (options.now && options.grace_period) return bad_input("delete: --now and --grace-period do not go together");
  const std::vector<Target> targets = TRY(choose(context, options));
  Failures failures;
  for (const Target& target : targets) {
    const auto removed = delete_one(context, target, options).in("delete pod \"" + target.name + "\"");
    if (!removed) {
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

void delete_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
  command.words(options->words, "POD", "Names of pods");
  command.option("-f,--filename", options->files, "FILE", "The pod of this manifest; - reads stdin");
  command.flag("--all", options->all, "Every pod of the namespace");
  command.flag("-A,--all-namespaces", options->all_namespaces, "With --all or --selector: of every namespace");
  command.option("-l,--selector", options->selector, "SELECTOR", "Pods with these labels");
  command.option("--field-selector", options->field_selector, "SELECTOR", "Pods with these fields");
  command.option("--grace-period", options->grace_period, "SECONDS", "From SIGTERM to SIGKILL; 0 kills at once");
  command.flag("--now", options->now, "A grace period of one second");
  command.flag("--wait", options->wait, "Wait until they are gone; --wait=false returns at once").shows("true");
  const Option::Set timeout = [options](const std::string& text) -> Result<void> {
    options->timeout = TRY(parse_duration(text));
    return {};
  };
  command.option("--timeout", timeout, "DURATION",
                 "Wait so long for each, and leave the rest to go on; 0 for no limit");
  command.flag("--force", options->force, "Also end a create under way, and remove what is ours if plugins fail");
  command.flag("--ignore-not-found", options->ignore_not_found, "A pod that does not exist is no error");
  add_output(command, options->output, {"name"});
  command.run([&context, options] { return remove(context, *options); });
}

}  // namespace podrun::cli
