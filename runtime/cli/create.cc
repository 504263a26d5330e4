// podrun create: make the pod of a manifest.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/creation.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/record_option.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  Creation creation;
};

Result<void> create_one(Context& context, Host& host, const std::string& file, const Creation& creation) {
  return create_and_show(context, host, TRY(read_manifest(context, file, false)), creation);
}

Result<int> create(Context& context, const Options& options) {
  if (!options.creation.is_dry()) TRY(context.require_root("create"));
  Host host = context.host();
  Failures failures;
  for (const std::string& file : options.files) {
    auto created = base::check_interruption().in("create from '" + file + "'");
    const bool interrupted = !created;
    if (created) created = create_one(context, host, file, options.creation);
    if (!created) failures.add(created.error());
    if (interrupted) break;
  }
  return failures.exit_code();
}

}  // namespace

void create_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
  command.option("-f,--filename", options->files, "FILE", "Manifest, YAML or JSON; - reads stdin").required();
  add_creation(command, options->creation);
  add_record(command, context);
  command.run([&context, options] { return create(context, *options); });
}

}  // namespace podrun::cli
