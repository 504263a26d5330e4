#include "runtime/image/copy.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <limits>

#include "base/files.h"
#include "runtime/image/layer_copier.h"

namespace podrun {

Result<void> copy_layers(const std::vector<std::string>& layers, const std::string& target, std::uint32_t id_base) {
  if (id_base > std::numeric_limits<std::uint32_t>::max() - image::kIdCount)
    return Error{Kind::invalid, 0, "copy layers: the ids from " + std::to_string(id_base) + " on are too few"};
  if (::mkdir(target.c_str(), 0700) != 0 && errno != EEXIST)
    return Error::system(errno, "make directory '" + target + "'");
  const auto present = TRY(base::list_dir(target));
  if (!present.empty()) return Error{Kind::exists, ENOTEMPTY, "copy layers: '" + target + "' is not empty"};
  for (const std::string& layer : layers) {
    Fd from = TRY(base::open_file(layer, O_RDONLY | O_DIRECTORY));
    Fd to = TRY(base::open_file(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    image::LayerCopier copier(image::LayerTree(std::move(from)), image::LayerTree(std::move(to)), id_base);
    TRY(copier.run().in("copy layer '" + layer + "'"));
  }
  return {};
}

}  // namespace podrun
