// podrun update: other resources for pods and containers that run, with kubectl's words (set resources) and podman's
// (update).
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/sandbox/update_pod.h"

namespace podrun::cli {
namespace {

struct UpdateCommandOptions {
  PodChoice choice;
  std::string container;
  bool of_pod = false;
  std::vector<std::string> limits;
  std::vector<std::string> requests;
  std::string cpus;
  std::string memory;
  std::string pids;
};

using Amounts = std::map<std::string, std::string>;

Result<Amounts> amounts(const std::vector<std::string>& pairs, const std::string& option) {
  Amounts read;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{Kind::invalid, 0, option + " '" + pair + "': expected NAME=AMOUNT, such as cpu=500m,memory=1Gi"};
    read[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return read;
}

// podman's b, k, m and g are powers of 1024.
std::string quantity(std::string size) {
  if (size.empty()) return size;
  const char unit = size.back();
  if (unit == 'b') size.pop_back();
  if (unit == 'm') size.back() = 'M';
  if (unit == 'k') size.back() = 'K';
  if (unit == 'g') size.back() = 'G';
  return unit == 'k' || unit == 'm' || unit == 'g' ? size + "i" : size;
}

Result<ResourceChange> change_of(const UpdateCommandOptions& options) {
  ResourceChange change{.container = options.container,
                        .limits = TRY(amounts(options.limits, "--limits")),
                        .requests = TRY(amounts(options.requests, "--requests")),
                        .of_pod = options.of_pod};
  if (options.of_pod && !options.container.empty())
    return Error{Kind::invalid, 0, "update: --pod and -c do not go together"};
  if (!options.cpus.empty()) change.limits["cpu"] = options.cpus;
  if (!options.memory.empty()) change.limits["memory"] = quantity(options.memory);
  if (!options.pids.empty()) change.limits[options.of_pod ? "pids" : "podrun.io/pids"] = options.pids;
  if (change.limits.empty() && change.requests.empty())
    return Error{Kind::invalid, 0, "update: change what? Give --limits or --requests"};
  return change;
}

Result<int> update(Context& context, const UpdateCommandOptions& options) {
  const ResourceChange change = TRY(change_of(options));
  const Host host = context.host();
  return each_pod(context, options.choice, "update", "updated", [&](const Pod& pod) -> Result<void> {
    TRY(containers_called(pod, options.container));
    return update_pod(host, pod.record.plan.who.id, {change});
  });
}

}  // namespace

void update_command(Command& command, Context& context) {
  const auto options = std::make_shared<UpdateCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME", "This container alone, instead of all that are no init");
  command.flag("--pod", options->of_pod, "The Pod's own resources, which all its containers share, instead of theirs");
  command.option("--limits", options->limits, "NAME=AMOUNT,…", "What they may use at most: cpu=500m,memory=1Gi")
      .split_at_commas();
  command.option("--requests", options->requests, "NAME=AMOUNT,…", "What they are to have: cpu=100m,memory=256Mi")
      .split_at_commas();
  command.option("--cpus", options->cpus, "NUMBER", "As --limits cpu=NUMBER");
  command.option("-m,--memory", options->memory, "SIZE", "As --limits memory=SIZE; b, k, m and g are powers of 1024");
  command.option("--pids-limit", options->pids, "NUMBER", "Processes and threads at most");
  command.run([&context, options] { return update(context, *options); });
}

}  // namespace podrun::cli
