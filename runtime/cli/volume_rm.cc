// podrun volume rm: a volume goes with all that is in it.
#include <memory>

#include "runtime/cli/pods.h"
#include "runtime/cli/volume_commands.h"

namespace podrun::cli {
namespace {

Result<int> remove_volumes(Context& context, const std::vector<std::string>& names) {
  TRY(context.require_root("volume rm"));
  Failures failures;
  for (const std::string& name : names) {
    if (auto removed = remove_claim(context.host(), context.flags.name_space, name); !removed)
      failures.add(removed.error());
    else
      context.out.print("volume/" + name + " removed\n");
  }
  return failures.exit_code();
}

}  // namespace

void volume_rm_command(Command& command, Context& context) {
  const auto names = std::make_shared<std::vector<std::string>>();
  command.words(*names, "VOLUME", "Names of volumes", 1);
  command.run([&context, names] { return remove_volumes(context, *names); });
}

}  // namespace podrun::cli
