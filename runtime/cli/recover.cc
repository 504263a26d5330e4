// podrun recover: settle what crashes and reboots left.

#include "runtime/node/recover.h"

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/recovered.h"

namespace podrun::cli {
namespace {

Result<int> recover(Context& context) {
  TRY(context.require_root("recover"));
  base::listen_for_interruption();
  const Host host = context.host();
  std::vector<Recovered> settled = TRY(podrun::recover(host));
  for (Recovered& one : recover_nodes(host)) settled.push_back(std::move(one));
  if (settled.empty()) note("Nothing to recover");
  return tell(context, settled);
}

}  // namespace

void recover_command(Command& command, Context& context) {
  command.run([&context] { return recover(context); });
}

}  // namespace podrun::cli
