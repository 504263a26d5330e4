#include "runtime/store/boxes.h"

#include <tuple>

#include "base/files.h"
#include "runtime/store/names.h"

namespace podrun {

Result<std::vector<std::string>> boxes(const Layout& layout) {
  auto names = base::list_dir(layout.pods());
  if (!names && names.error().kind == Kind::not_found) return std::vector<std::string>{};
  std::vector<std::string> ids = TRY(std::move(names));
  std::erase_if(ids, [](const std::string& name) { return !is_pod_id(name); });  // not ours
  return ids;
}

bool goes_before(const PodRecord& one, const PodRecord& other) {
  return std::tie(one.plan.who.name_space, one.plan.who.name) <
         std::tie(other.plan.who.name_space, other.plan.who.name);
}

}  // namespace podrun
