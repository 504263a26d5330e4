// podrun wait: until pods are as one wants them.
#include <algorithm>
#include <map>
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/pod_choice.h"
#include "runtime/cli/pod_condition.h"
#include "runtime/cli/pod_follower.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

using std::chrono::nanoseconds;

struct WaitCommandOptions {
  PodChoice choice;
  std::string awaited;
  std::string container;
  std::optional<nanoseconds> timeout;  // negative: a week
  std::string output;
};

Result<void> take_wait_timeout(std::optional<nanoseconds>& timeout, const std::string& text) {
  const bool negative = text.starts_with('-');
  const nanoseconds limit = TRY(parse_duration(negative ? text.substr(1) : text));
  timeout = negative ? -limit : limit;
  return {};
}

// As kubectl's; an exit, for which podman sets no limit, has none unless it is given.
std::optional<std::int64_t> deadline_of(const WaitCommandOptions& options, bool is_exit) {
  constexpr nanoseconds kUsual = std::chrono::seconds(30);
  constexpr nanoseconds kNegative = std::chrono::weeks(1);
  if (is_exit && !options.timeout) return std::nullopt;
  const nanoseconds limit = options.timeout.value_or(kUsual);
  std::int64_t deadline = 0;
  const nanoseconds from_now = limit < nanoseconds(0) ? kNegative : limit;
  if (__builtin_add_overflow(boot_time(), from_now.count(), &deadline)) return std::nullopt;
  return deadline;
}

// The pods that do not yet fulfil the condition.
class Waiting {
 public:
  Waiting(Context& context, const WaitCommandOptions& options, const AwaitedCondition& awaited)
      : context_(context), options_(options), awaited_(awaited) {}

  Result<void> begin(const std::vector<PodTarget>& targets, const std::vector<LivePod>& pods) {
    for (const PodTarget& target : targets) pending_.emplace(target, awaited_.condition);
    for (const LivePod& pod : pods) TRY(look(target_of(pod.record), &pod));
    for (const PodTarget& target : targets) {
      const bool is_there =
          std::any_of(pods.begin(), pods.end(), [&](const LivePod& pod) { return target_of(pod.record) == target; });
      if (is_there) continue;
      if (awaited_.of_absent)
        TRY(look(target, nullptr));
      else if (const auto id = find_id(context_.store(), target.name_space, target.name); !id)
        give_up(target, id.error());
    }
    return {};
  }

  Result<void> look(const PodTarget& target, const LivePod* pod) {
    const auto found = pending_.find(target);
    if (found == pending_.end()) return {};
    const auto met = found->second(pod);
    if (!met && met.error().kind == Kind::invalid) return met.error();
    if (!met)
      give_up(target, Error(met.error()).in("wait for pod \"" + target.name + "\""));
    else if (*met)
      tell(found, **met);
    return {};
  }

  void tell_timeout() {
    for (const auto& [target, condition] : pending_) say("timed out waiting for the condition on pods/" + target.name);
  }

  bool is_over() const { return pending_.empty(); }
  int exit_code() const { return failures_.exit_code(); }

 private:
  using Pending = std::map<PodTarget, PodCondition>;

  void tell(Pending::iterator met, const std::string& result) {
    const std::string name = "pod/" + met->first.name;
    context_.out.print(!result.empty() ? result : options_.output == "name" ? name + "\n" : name + " condition met\n");
    static_cast<void>(context_.out.flush());  // main tells at the end
    pending_.erase(met);
  }
  void give_up(const PodTarget& target, const Error& error) {
    failures_.add(error);
    pending_.erase(target);
  }

  Context& context_;
  const WaitCommandOptions& options_;
  const AwaitedCondition& awaited_;
  Pending pending_;
  Failures failures_;
};

Result<int> wait(Context& context, const WaitCommandOptions& options) {
  const AwaitedCondition awaited = TRY(parse_condition(options.awaited, options.container).in("wait"));
  base::listen_for_interruption();
  const auto deadline = deadline_of(options, awaited.is_exit);
  const std::vector<PodTarget> targets = TRY(choose_pods(context, options.choice, "wait"));
  if (targets.empty() && options.awaited == "delete") return 0;
  if (targets.empty()) return Error{Kind::not_found, 0, "wait: no matching pods found"};

  PodFollower follower = TRY(PodFollower::on(context, PodFilter::of(targets)).in("wait"));
  Waiting waiting(context, options, awaited);
  TRY(waiting.begin(targets, follower.pods()).in("wait"));
  while (!waiting.is_over()) {
    const auto news = TRY(follower.next(deadline, -1).in("wait"));
    if (news.why == PodFollower::Why::timeout) {
      waiting.tell_timeout();
      return 1;  // as kubectl's
    }
    for (const auto& [before, now] : news.changes)
      TRY(waiting.look(target_of(now ? now->record : before->record), now ? &*now : nullptr).in("wait"));
  }
  return waiting.exit_code();
}

}  // namespace

void wait_command(Command& command, Context& context) {
  const auto options = std::make_shared<WaitCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("--for", options->awaited, "CONDITION", std::string_view(kConditions)).required();
  command.option("-c,--container", options->container, "NAME", "With --for=exit: only of this container");
  const Option::Set timeout = [options](const std::string& text) { return take_wait_timeout(options->timeout, text); };
  command
      .option("--timeout", timeout, "DURATION",
              "Wait so long, for --for=exit without end; 0 looks once, a negative one waits a week")
      .shows("30s");
  add_output(command, options->output, {"name"});
  command.run([&context, options] { return wait(context, *options); });
}

}  // namespace podrun::cli
