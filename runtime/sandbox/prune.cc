#include "runtime/sandbox/prune.h"

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/sandbox/network.h"

namespace podrun {

Result<std::vector<Recovered>> prune(const Host& host) {
  std::vector<Recovered> report = TRY(recover(host));
  Network network(host);
  const auto has_box = [&](const std::string& id) { return base::path_exists(host.layout().box(id)); };
  for (const cni::NetworkList& list : TRY(network.known(host.options.cni_conf_dir))) {
    const std::string step = "network '" + list.name + "'";
    if (auto going_on = base::check_interruption(); !going_on) {
      report.push_back({step, std::move(going_on).error()});
      break;
    }
    if (list.disable_gc)
      host.warn(step + " has \"disableGC\": left as it is");
    else
      add_clean_up(report, step, network.collect(list, has_box));
  }
  return report;
}

}  // namespace podrun
