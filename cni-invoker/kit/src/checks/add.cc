#include "kit/src/checks/chapter.h"

namespace cni::kit {

std::vector<Check> add_checks() {
  return chapter({result_checks(), applied_checks(), again_checks(), ipam_checks(), passing_on_checks()});
}

}  // namespace cni::kit
