// podrun cni default-config: the network that serves where none is configured.
#include <CLI/CLI.hpp>

#include "cni/default_network.h"
#include "runtime/cli/cni_commands.h"

namespace podrun::cli {

void add_cni_default_config(CLI::App& group, Context& context) {
  CLI::App* command = group.add_subcommand("default-config", "Print the network that serves where none is configured");
  command->callback([&context] {
    context.action = [&context]() -> Result<int> {
      context.out.print(cni::default_network_json(TRY(cni::choose_subnet(TRY(cni::read_route_table())))));
      return 0;
    };
  });
}

}  // namespace podrun::cli
