// The output formats that commands share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/console.h"
#include "runtime/cli/kube_json.h"

namespace CLI {
class App;
}

namespace podrun::cli {

// Adds -o/--output, which takes one of `formats`.
void add_output(CLI::App& command, std::string& value, const std::vector<std::string>& formats);

bool is_document(std::string_view format);  // json or yaml
void print_document(Output& out, std::string_view format, const Json& document);

}  // namespace podrun::cli
