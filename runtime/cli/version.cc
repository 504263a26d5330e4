// podrun version.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/commands.h"
#include "runtime/cli/print.h"

namespace podrun::cli {

Result<int> version(Context& context, const std::string& format) {
  if (is_document(format)) {
    print_document(context.out, format, {{"version", PODRUN_VERSION}, {"recordFormat", kRecordFormat}});
  } else {
    context.out.print("podrun " PODRUN_VERSION "\n");
  }
  return 0;
}

void version_command(Command& command, Context& context) {
  const auto format = std::make_shared<std::string>();
  add_output(command, *format, {"json", "yaml"});
  command.run([&context, format] { return version(context, *format); });
}

}  // namespace podrun::cli
