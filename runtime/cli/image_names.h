// Images as they are typed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

// For shells that complete them: "nginx:1.27" for docker.io/library/nginx:1.27.
std::vector<Candidate> image_names(const Context& context);

// "--image IMAGE", which has to be there, and "--image-pull-policy".
void add_image(Command& command, const Context& context, std::string& image, std::optional<std::string>& pull_policy);

}  // namespace podrun::cli
