// podrun version.
#include <CLI/CLI.hpp>
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/print.h"

namespace podrun::cli {

void add_version(CLI::App& app, Context& context) {
  const auto format = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("version", "Print the version");
  add_output(*command, *format, {"json", "yaml"});
  command->callback([&context, format] {
    context.action = [&context, format]() -> Result<int> {
      if (is_document(*format)) {
        print_document(context.out, *format, {{"version", PODRUN_VERSION}, {"recordFormat", PodRecord::kFormat}});
      } else {
        context.out.print("podrun " PODRUN_VERSION "\n");
      }
      return 0;
    };
  });
}

}  // namespace podrun::cli
