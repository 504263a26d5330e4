#include "runtime/cli/print.h"

#include <CLI/CLI.hpp>

#include "runtime/cli/yaml_out.h"

namespace podrun::cli {

void add_output(CLI::App& command, std::string& value, const std::vector<std::string>& formats) {
  command.add_option("-o,--output", value, "How to print it")->check(CLI::IsMember(formats))->type_name("FORMAT");
}

bool is_document(std::string_view format) { return format == "json" || format == "yaml"; }

void print_document(Output& out, std::string_view format, const Json& document) {
  out.print(format == "yaml" ? to_yaml(document) : document.dump(4) + "\n");
}

}  // namespace podrun::cli
