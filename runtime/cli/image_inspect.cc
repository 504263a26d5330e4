// podrun image inspect: what is known of images.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/image_commands.h"
#include "runtime/cli/image_json.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

// As docker and podman have it, a list also of one.
Result<int> inspect_images(Context& context, const std::vector<std::string>& wanted) {
  TRY(context.require_root("image inspect"));
  Json found = Json::array();
  Failures failures;
  for (const std::string& one : wanted) {
    const auto image = image::find_stored(context.store().layout().images(), one).in("image '" + one + "'");
    if (image)
      found.push_back(image_details(*image));
    else
      failures.add(image.error());
  }
  context.out.print(found.dump(2) + "\n");
  return failures.exit_code();
}

}  // namespace

void image_inspect_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "IMAGE", "Its name, or the beginning of its id or digest", 1);
  command.run([&context, words] { return inspect_images(context, *words); });
}

}  // namespace podrun::cli
