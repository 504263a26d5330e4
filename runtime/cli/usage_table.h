// What pods use, in columns.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/pod_sample.h"

namespace podrun::cli {

struct UsageTableStyle {
  bool containers = false;  // a row for each container, instead of each pod
  bool with_namespace = false;
  bool headings = true;
  std::string sort_by = {};  // "cpu" or "memory": those that use most first; empty: by name
};

std::string usage_table(const std::vector<PodSample>& pods, const UsageTableStyle& style);

std::string bytes_text(std::uint64_t bytes);  // "0B", "1023B", "1.0KiB", "12.5MiB", "345MiB"

}  // namespace podrun::cli
