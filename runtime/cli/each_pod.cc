#include "runtime/cli/each_pod.h"

#include "base/interruption.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/tend_pod.h"

namespace podrun::cli {

Result<int> each_pod(Context& context, const PodChoice& choice, const std::string& command, const std::string& done,
                     const std::function<Result<void>(const Pod&)>& act) {
  TRY(context.require_root(command));
  const std::vector<PodTarget> targets = TRY(choose_pods(context, choice, command));
  TRY(be_ready_to_end(context, targets));
  const Store store = context.store();
  const auto act_on = [&](const PodTarget& target) -> Result<void> {
    TRY(base::check_interruption());
    base::listen_for_interruption();
    return act(TRY(store.load_whole(TRY(find_id(store, target.name_space, target.name)))));
  };
  Failures failures;
  for (const PodTarget& target : targets) {
    if (auto acted = act_on(target).in(command + " pod \"" + target.name + "\""); !acted) {
      failures.add(acted.error());
      continue;
    }
    say_acted(context, target.name, done);
  }
  if (targets.empty()) note("No resources found");
  return failures.exit_code();
}

void say_acted(Context& context, const std::string& name, const std::string& done) {
  context.out.print("pod/" + name + " " + done + "\n");
  static_cast<void>(context.out.flush());  // a reader that went away stops nothing; main tells at the end
}

Result<std::vector<ContainerRecord>> containers_called(const Pod& pod, const std::string& name) {
  if (name.empty()) return pod.containers;
  return std::vector{*TRY(choose_container(pod, name, true))};
}

Result<void> start_by_hand(Host& host, const std::string& id, const std::string& container) {
  const auto started = start_container(host, id, container, {});
  if (started) return {};
  (void)tend_pod(host, id);  // nobody else is woken: nothing has ended
  return started.error();
}

}  // namespace podrun::cli
