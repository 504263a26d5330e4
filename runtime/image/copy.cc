#include "runtime/image/copy.h"

#include <fcntl.h>

#include <limits>

#include "base/files.h"
#include "runtime/image/layer_copier.h"

namespace podrun {
namespace {

Result<void> copy_all(const std::vector<std::string>& layers, const std::string& target, const std::string& links,
                      std::uint32_t id_base) {
  TRY(base::make_exact_dir(links, 0700));
  const Fd links_dir = TRY(base::open_file(links, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  for (const std::string& layer : layers) {
    Fd from = TRY(base::open_file(layer, O_RDONLY | O_DIRECTORY));
    Fd to = TRY(base::open_file(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    image::LayerCopier copier(std::move(from), std::move(to), links_dir.get(), id_base);
    TRY(copier.run().in("copy layer '" + layer + "'"));
  }
  return {};
}

}  // namespace

Result<void> copy_layers(const std::vector<std::string>& layers, const std::string& target, std::uint32_t id_base) {
  if (id_base > std::numeric_limits<std::uint32_t>::max() - image::kIdCount)
    return Error{Kind::invalid, 0, "copy layers: the ids from " + std::to_string(id_base) + " on are too few"};
  TRY(base::make_exact_dir(target, 0700));
  const auto present = TRY(base::list_dir(target));
  if (!present.empty()) return Error{Kind::exists, ENOTEMPTY, "copy layers: '" + target + "' is not empty"};
  const std::string links = target + ".links";  // beside it: nothing of ours is ever in the copy
  auto copied = copy_all(layers, target, links, id_base);
  auto removed = base::remove_tree(links);
  TRY(std::move(copied));
  return removed;
}

}  // namespace podrun
