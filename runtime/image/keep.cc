#include "runtime/image/keep.h"

#include "base/interruption.h"
#include "runtime/image/contents.h"
#include "runtime/image/record.h"
#include "runtime/kernel/clock.h"

namespace podrun::image {

Result<OciImage> keep_image(const std::string& store, const std::string& layout, const std::string& tag,
                            const Keeping& keeping) {
  OciImage image = TRY(find_image(layout, tag, this_platform()));
  ImageRecord record{.image = image, .saved_at = wall_time(), .bytes = 0};
  for (const std::string& layer : TRY(provide_layers(store, layout, image.layers, keeping.progress)))
    record.bytes += tree_bytes(layer);
  TRY(base::check_interruption());
  TRY(save_record(store, record));
  TRY(change_names(store, [&](Names& names) {
    for (const std::string& name : keeping.names) names[name] = {image.manifest, keeping.imported};
  }));
  return image;
}

}  // namespace podrun::image
