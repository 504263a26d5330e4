#include "kit/src/check.h"

namespace cni::kit {

std::vector<Check> data_plane_checks() { return {}; }

}  // namespace cni::kit
