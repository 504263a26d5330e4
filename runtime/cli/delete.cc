// podrun delete: end pods and remove everything of theirs.
#include <functional>
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/bad_input.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/detached.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pod_choice.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/cli/record_option.h"
#include "runtime/cli/time_text.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun::cli {
namespace {

struct DeleteCommandOptions {
  PodChoice choice;
  bool force = false;
  bool ignore_not_found = false;
  bool now = false;
  bool wait = true;
  std::optional<std::uint32_t> grace_period;
  std::chrono::nanoseconds timeout{0};  // none
  std::string output;
};

DeleteOptions how(const DeleteCommandOptions& options) {
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
Result<std::string> id_of(const Store& store, const PodTarget& target) {
  TRY(base::check_interruption());
  return find_id(store, target.name_space, target.name);
}

void delete_and_wait(const Context& context, const std::vector<PodTarget>& targets, const DeleteCommandOptions& options,
                     const TellEnd& tell) {
  const Host host = context.host();
  base::listen_for_interruption();  // whatever has been begun goes on, whatever happens to us
  const auto begin = [&](std::size_t number) -> Result<PodEnd> {
    return begin_delete(host, TRY(id_of(host.store, targets[number])), how(options));
  };
  end_pods(targets.size(), begin, tell);
}

// Each by a process of its own; all are begun before the first is waited for.
void delete_detached(const Context& context, const std::vector<PodTarget>& targets, const DeleteCommandOptions& options,
                     const TellEnd& tell) {
  const Store store = context.store();
  struct Removal {
    std::size_t number;
    std::string id;
    Detached process;
  };
  const auto start = [&](std::size_t number) -> Result<Removal> {
    std::string id = TRY(id_of(store, targets[number]));
    const auto work = [&](const Warn& warn) { return delete_pod(context.host(warn), id, how(options)); };
    Detached process = TRY(Detached::start(work));
    return Removal{number, std::move(id), std::move(process)};
  };
  std::vector<Removal> removals;
  for (std::size_t number = 0; number < targets.size(); ++number) {
    auto removal = start(number);
    if (removal)
      removals.push_back(std::move(*removal));
    else
      tell(number, removal.error());
  }
  for (Removal& one : removals)
    tell(one.number, options.wait ? finish_within(one.process, options.timeout) : begin(one.process, store, one.id));
}

Result<int> delete_pods(Context& context, const DeleteCommandOptions& options) {
  TRY(context.require_root("delete"));
  if (options.now && options.grace_period) return bad_input("delete: --now and --grace-period do not go together");
  const std::vector<PodTarget> targets = TRY(choose_pods(context, options.choice, "delete"));
  TRY(be_ready_to_end(context, targets));
  Failures failures;
  const TellEnd tell = [&](std::size_t number, const Result<void>& result) {
    const std::string& name = targets[number].name;
    if (!result) {
      if (options.ignore_not_found && result.error().kind == Kind::not_found) return;
      return failures.add(Result<void>(result).in("delete pod \"" + name + "\"").error());
    }
    context.out.print(options.output == "name"
                          ? "pod/" + name + "\n"
                          : "pod \"" + name + (options.force ? "\" force deleted\n" : "\" deleted\n"));
    // A reader that went away stops no delete; main tells at the end.
    static_cast<void>(context.out.flush());
  };
  if (options.wait && options.timeout.count() == 0)
    delete_and_wait(context, targets, options, tell);
  else
    delete_detached(context, targets, options, tell);
  if (targets.empty()) note("No resources found");
  return failures.exit_code();
}

}  // namespace

void delete_command(Command& command, Context& context) {
  const auto options = std::make_shared<DeleteCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("--grace-period", options->grace_period, "SECONDS",
                 "From the stop signal to SIGKILL, else the pod's own; 0 kills at once");
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
  add_record(command, context);
  command.run([&context, options] { return delete_pods(context, *options); });
}

}  // namespace podrun::cli
