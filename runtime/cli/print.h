// The output formats that commands share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/console.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// Adds -o/--output, which takes one of `formats`, and beside documents "jsonpath=TEMPLATE" of one.
void add_output(Command& command, std::string& value, std::vector<std::string_view> formats);

bool is_document(std::string_view format);  // json, yaml, or what a path finds in it
void print_document(Output& out, std::string_view format, const Json& document);

}  // namespace podrun::cli
