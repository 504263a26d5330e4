#include "kit/src/check.h"

namespace cni::kit {

std::vector<Check> protocol_checks() { return {}; }

}  // namespace cni::kit
