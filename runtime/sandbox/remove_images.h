// Images removed: never what a pod needs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

struct RemovedImages {
  std::vector<std::string> names;  // that are gone
  std::vector<std::string> ids;    // of images that are gone
  std::uint64_t bytes = 0;         // freed
};

// One name of an image, or with the beginning of an id the image. The image goes with its last name. Errors: not_found;
// busy while a pod uses it, or where an id has several names. With `force` those go all the same; layers that a pod
// uses stay as long as the pod, for prune_images().
//
// Both wait for pulls and creates; `waits` is called then.
Result<RemovedImages> remove_image(const Host& host, const std::string& wanted, bool force,
                                   const std::function<void()>& waits);

// Everything that neither a name leads to nor a pod uses; with `all` also names that no pod uses.
Result<RemovedImages> prune_images(const Host& host, bool all, const std::function<void()>& waits);

}  // namespace podrun
