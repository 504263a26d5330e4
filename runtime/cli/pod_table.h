// The table of `podrun get`, with kubectl's columns and words.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"
#include "runtime/cli/table.h"

namespace podrun::cli {

struct TableStyle {
  bool wide = false;
  bool with_namespace = false;
  bool with_labels = false;
  std::vector<std::string> label_columns{};  // keys of labels, a column each
  bool headings = true;
};

// "Running", "Completed", "Error", "Terminating", "ContainerCreating", … as kubectl's STATUS column.
std::string status_word(const LivePod& pod);

// One that goes on as pods change: the headings stand above the first rows.
class PodTable {
 public:
  explicit PodTable(TableStyle style) : style_(style) {}
  std::string lines(const std::vector<LivePod>& pods, std::int64_t now);

 private:
  TableStyle style_;
  Table table_;
};

// `now`: nanoseconds since the epoch.
std::string pod_table(const std::vector<LivePod>& pods, TableStyle style, std::int64_t now);

}  // namespace podrun::cli
