#include "runtime/cli/image_names.h"

#include "runtime/image/record.h"

namespace podrun::cli {

std::vector<Candidate> image_names(const Context& context) {
  std::vector<Candidate> found;
  const auto names = image::load_names(context.store().layout().images());
  if (!names) return found;
  for (const auto& [name, entry] : *names) {
    std::string_view typed = name;
    for (const std::string_view implied : {"docker.io/", "library/"})
      if (typed.starts_with(implied)) typed.remove_prefix(implied.size());
    found.push_back({std::string(typed), ""});
  }
  return found;
}

void add_image(Command& command, const Context& context, std::string& image, std::optional<std::string>& pull_policy) {
  command.option("--image", image, "IMAGE", "A name such as nginx:1.27, rootfs:DIR or oci:DIR[:TAG]")
      .required()
      .offers([&context] { return image_names(context); });
  command
      .option("--image-pull-policy", pull_policy, "POLICY", "When the image is had from its registry; else by its tag")
      .one_of({"Always", "IfNotPresent", "Never"});
}

}  // namespace podrun::cli
