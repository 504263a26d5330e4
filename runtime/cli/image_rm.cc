// podrun image rm: names and images removed.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/image_commands.h"
#include "runtime/cli/pods.h"
#include "runtime/sandbox/remove_images.h"

namespace podrun::cli {
namespace {

struct ImageRmCommandOptions {
  std::vector<std::string> images;
  bool force = false;
};

Result<int> remove_images(Context& context, const ImageRmCommandOptions& options) {
  TRY(context.require_root("image rm"));
  base::listen_for_interruption();
  const Host host = context.host();
  Failures failures;
  for (const std::string& wanted : options.images) {
    const auto removed = remove_image(host, wanted, options.force, tell_of_waiting).in("image '" + wanted + "'");
    if (!removed) {
      failures.add(removed.error());
      if (base::is_interruption(removed.error())) break;
      continue;
    }
    for (const std::string& name : removed->names) context.out.print("Untagged: " + name + "\n");
    for (const std::string& id : removed->ids) context.out.print("Deleted: " + id + "\n");
  }
  return failures.exit_code();
}

}  // namespace

void image_rm_command(Command& command, Context& context) {
  const auto options = std::make_shared<ImageRmCommandOptions>();
  command.words(options->images, "IMAGE", "Its name, or the beginning of its id or digest", 1);
  command.flag("-f,--force", options->force,
               "Also one that a pod uses (its layers stay as long as the pod), or that has several names");
  command.run([&context, options] { return remove_images(context, *options); });
}

}  // namespace podrun::cli
