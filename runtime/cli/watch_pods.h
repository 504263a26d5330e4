// podrun get --watch: pods printed as they change.
#pragma once

#include "runtime/cli/context.h"
#include "runtime/cli/pod_printer.h"
#include "runtime/cli/pod_query.h"

namespace podrun::cli {

struct WatchOptions {
  bool only_changes = false;  // not what there is at the start
  bool in_rows = false;       // the printer takes several pods at once
  std::string sort_by;        // of what there is at the start
};

// Until nobody reads the output any more. The exit code.
Result<int> watch_pods(Context& context, const PodQuery& query, const PodPrinter& print, const WatchOptions& options);

}  // namespace podrun::cli
