#include "runtime/cli/watch_pods.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/pod_follower.h"
#include "runtime/cli/sort_by.h"

namespace podrun::cli {
namespace {

bool looks_the_same(const PodFollower::Change& change) {
  return change.before && change.now && kube_pod(*change.before) == kube_pod(*change.now);
}

}  // namespace

Result<int> watch_pods(Context& context, const PodQuery& query, const PodPrinter& print, const WatchOptions& options) {
  PodFollower follower = TRY(PodFollower::on(context, TRY(filter_of(context, query))));
  std::vector<LivePod> pods = follower.pods();
  Failures failures;
  if (TRY(tell_missing(context, query, pods, failures))) return failures.exit_code();
  if (!options.sort_by.empty()) TRY(sort_by(pods, options.sort_by));
  const auto show = [&](const std::vector<LivePod>& some) { context.out.print(print(some, true)); };
  if (options.only_changes) pods.clear();
  if (options.in_rows && !pods.empty())
    show(pods);
  else
    for (const LivePod& pod : pods) show({pod});
  for (;;) {
    TRY(context.out.flush());
    const auto news = TRY(follower.next(std::nullopt, STDOUT_FILENO));
    if (news.why == PodFollower::Why::reader_gone) return failures.exit_code();
    for (const auto& change : news.changes)
      if (!looks_the_same(change)) show({change.now ? *change.now : *change.before});
  }
}

}  // namespace podrun::cli
