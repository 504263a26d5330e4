// podrun system tend: what a pod's shim runs when a container has ended.
#include <memory>

#include "runtime/cli/system_commands.h"
#include "runtime/sandbox/tend_pod.h"

namespace podrun::cli {
namespace {

Result<int> tend(Context& context, const std::vector<std::string>& words) {
  TRY(context.require_root("system tend"));
  Host host = context.host();
  TRY(tend_pod(host, words.front()));
  return 0;
}

}  // namespace

void system_tend_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "ID", "The pod's id, of 64 digits", 1, 1);
  command.run([&context, words] { return tend(context, *words); });
}

}  // namespace podrun::cli
