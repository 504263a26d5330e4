// Images as pods need them: found, or pulled first, as their policy says; and which of them are in use.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/image/image.h"
#include "runtime/sandbox/host.h"

namespace podrun {

ImageStore image_store(const Host& host);

// `registry`: how registries are asked; the pod's own credentials go before, where they
// name the image's registry.
Result<Image> provide_image(const Host& host, const PodSpec& pod, const ImageSpec& wanted, const Registry& registry);

struct ImageUse {
  std::set<std::string> layers;  // directories
  std::map<std::string, std::vector<std::string>>
      pods;  // digest of the manifest → "NAMESPACE/NAME", in a node "node NODE: …"; each once
};
// Of every container on record, those of nodes too, and of volumes. Kind::corrupt where one cannot be read: nobody
// knows then what it uses.
Result<ImageUse> images_in_use(const Host& host);

}  // namespace podrun
