// podrun inspect: a pod's record as JSON.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/commands.h"
#include "runtime/cli/inspect_json.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<int> inspect_pod(Context& context, const std::vector<std::string>& words) {
  const std::string name = TRY(pod_name(words).in("inspect"));
  const LivePod pod = look_at(context.store(), TRY(find_pod(context, name)));
  context.out.print(inspect_json(pod).dump(2) + "\n");
  return 0;
}

}  // namespace

void inspect_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "POD", "Name of the pod", 1, 2);
  command.run([&context, words] { return inspect_pod(context, *words); });
}

}  // namespace podrun::cli
