// podrun check: are pods still connected as they were made?
#include "runtime/sandbox/check.h"

#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<void> check_one(const Context& context, const Host& host, const std::string& name) {
  return check_pod(host, TRY(find_pod(context, name)).record).in("check pod \"" + name + "\"");
}

Result<int> check_pods(Context& context, const std::vector<std::string>& words) {
  TRY(context.require_root("check"));
  const std::vector<std::string> names = TRY(pod_names(words));
  if (names.empty()) return Error{Kind::invalid, 0, "check: expected the name of a pod"};
  const Host host = context.host();
  Failures failures;
  for (const std::string& name : names) {
    if (const auto whole = check_one(context, host, name); !whole)
      failures.add(whole.error());
    else
      context.out.print("pod/" + name + " ok\n");
  }
  return failures.exit_code();
}

}  // namespace

void check_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "POD", "Names of pods", 1);
  command.run([&context, words] { return check_pods(context, *words); });
}

}  // namespace podrun::cli
