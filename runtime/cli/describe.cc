// podrun describe: pods, for a person to read.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/commands.h"
#include "runtime/cli/describe_text.h"
#include "runtime/cli/pod_query.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

Result<int> describe(Context& context, const PodQuery& query) {
  Failures failures;
  const FoundPods found = TRY(find_pods(context, query, failures));
  for (const LivePod& pod : found.pods) {
    if (&pod != &found.pods.front()) context.out.print("\n\n");
    const auto events = events_of(pod, saved_at(context.store().layout(), pod));
    context.out.print(describe_text(pod, kube_pod(pod), events, wall_time()));
  }
  if (found.pods.empty() && found.named == 0) note_that_there_are_none(context, query);
  return failures.exit_code();
}

}  // namespace

void describe_command(Command& command, Context& context) {
  const auto query = std::make_shared<PodQuery>();
  add_pod_query(command, *query);
  command.run([&context, query] { return describe(context, *query); });
}

}  // namespace podrun::cli
