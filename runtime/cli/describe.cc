// podrun describe: one pod, for a person to read.
#include <CLI/CLI.hpp>
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/describe_text.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<int> describe(Context& context, const std::vector<std::string>& words) {
  const std::vector<std::string> names = TRY(pod_names(words));
  if (names.empty()) return Error{Kind::invalid, 0, "describe: expected the name of a pod"};
  Failures failures;
  bool first = true;
  for (const std::string& name : names) {
    auto record = find_pod(context, name);
    if (!record) {
      failures.add(record.error());
      continue;
    }
    const LivePod pod = look_at(context.store(), std::move(record).value());
    if (!first) context.out.print("\n\n");
    first = false;
    context.out.print(describe_text(pod, kube_pod(pod)));
  }
  return failures.exit_code();
}

}  // namespace

void add_describe(CLI::App& app, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("describe", "Show a pod in detail");
  command->add_option("pods", *words, "Names of pods")->required()->type_name("POD");
  command->callback([&context, words] { context.action = [&context, words] { return describe(context, *words); }; });
}

}  // namespace podrun::cli
