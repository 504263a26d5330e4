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

}  // namespace podrun::cli
