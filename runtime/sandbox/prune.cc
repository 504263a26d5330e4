// What crashes left, and what the books and the plugins still have of nobody.
#include "base/files.h"
#include "base/interruption.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {

Result<std::vector<Recovered>> Runtime::prune() {
  std::vector<Recovered> report = TRY(recover());
  Network network(options_, store_.layout());
  const auto has_box = [&](const std::string& id) { return base::path_exists(store_.layout().box(id)); };
  for (const cni::NetworkList& list : TRY(network.known(options_.cni_conf_dir))) {
    const std::string step = "network '" + list.name + "'";
    if (auto going_on = base::check_interruption(); !going_on) {
      report.push_back({step, std::move(going_on).error()});
      break;
    }
    if (list.disable_gc)
      options_.warn(step + " has \"disableGC\": left as it is");
    else
      add_clean_up(report, step, network.collect(list, has_box));
  }
  return report;
}

}  // namespace podrun
