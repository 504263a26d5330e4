#include "runtime/cli/print.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/yaml_out.h"

namespace podrun::cli {

void add_output(Command& command, std::string& value, std::vector<std::string_view> formats) {
  command.option("-o,--output", value, "FORMAT", "How to print it").one_of(std::move(formats));
}

bool is_document(std::string_view format) { return format == "json" || format == "yaml"; }

void print_document(Output& out, std::string_view format, const Json& document) {
  out.print(format == "yaml" ? to_yaml(document) : document.dump(4, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace podrun::cli
