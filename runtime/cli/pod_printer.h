// The forms that -o gives pods.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"
#include "runtime/cli/pod_table.h"

namespace podrun::cli {

// `single`: one pod was asked for, and the document is the pod; else it is a list. Called again, a table goes on, and
// YAML begins its next document.
using PodPrinter = std::function<std::string(const std::vector<LivePod>& pods, bool single)>;

// "": the table; wide, name, json, yaml, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=COLUMNS,
// custom-columns-file=FILE. Kind::invalid says what is wrong with it before any pod is looked at.
Result<PodPrinter> pod_printer(const std::string& format, TableStyle style);

// Whether it is a table of pods, which is not printed when there are none.
bool is_table(const std::string& format);
bool has_columns(const std::string& format);  // such a table, or one of columns of the caller's

inline constexpr const char* kFormats =
    "wide, name, json, yaml, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=COLUMNS or custom-columns-file=FILE";

}  // namespace podrun::cli
