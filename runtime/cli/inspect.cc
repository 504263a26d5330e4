// podrun inspect: a pod's record as JSON.
#include <CLI/CLI.hpp>
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/inspect_json.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<int> inspect(Context& context, const std::vector<std::string>& words) {
  const std::string name = TRY(pod_name(words).in("inspect"));
  const LivePod pod = look_at(context.store(), TRY(find_pod(context, name)));
  context.out.print(inspect_json(pod).dump(2) + "\n");
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("inspect", "Print what podrun recorded of a pod, as JSON");
  command->add_option("pod", *words, "Name of the pod")->required()->expected(1, 2)->type_name("POD");
  command->callback([&context, words] { context.action = [&context, words] { return inspect(context, *words); }; });
}

}  // namespace podrun::cli
