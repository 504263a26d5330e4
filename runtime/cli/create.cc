// podrun create: make the pods of manifests.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/creation.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/record_option.h"

namespace podrun::cli {
namespace {

struct CreateCommandOptions {
  std::vector<std::string> files;
  Creation creation;
};

Result<int> create(Context& context, const CreateCommandOptions& options) {
  if (!options.creation.is_dry()) TRY(context.require_root("create"));
  const std::vector<PodSpec> pods = TRY(read_manifests(context, options.files, true));
  Host host = context.host();
  Failures failures;
  // As with kubectl: what cannot be made keeps nothing else from being made, and what is made stays.
  for (const PodSpec& pod : pods) {
    auto created = base::check_interruption().in("create pod \"" + pod.name + "\"");
    const bool interrupted = !created;
    if (created) created = create_and_show(context, host, pod, options.creation);
    if (!created) failures.add(created.error());
    if (interrupted) break;
  }
  return failures.exit_code();
}

}  // namespace

void create_command(Command& command, Context& context) {
  const auto options = std::make_shared<CreateCommandOptions>();
  add_manifests(command, options->files).required();
  add_creation(command, options->creation);
  add_record(command, context);
  command.run([&context, options] { return create(context, *options); });
}

}  // namespace podrun::cli
