// podrun cni default-config: the network that serves where none is configured.

#include "cni/default_network.h"
#include "runtime/cli/cni_commands.h"

namespace podrun::cli {

void cni_default_config_command(Command& command, Context& context) {
  command.run([&context]() -> Result<int> {
    context.out.print(cni::default_network_json(TRY(cni::choose_subnet(TRY(cni::read_route_table())))));
    return 0;
  });
}

}  // namespace podrun::cli
