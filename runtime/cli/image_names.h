// Names of images, for shells that complete them.
#pragma once

#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

// As one would type them: "nginx:1.27" for docker.io/library/nginx:1.27.
std::vector<Candidate> image_names(const Context& context);

}  // namespace podrun::cli
