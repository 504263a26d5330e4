#include "runtime/cli/print.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/json_template.h"
#include "runtime/cli/yaml_out.h"

namespace podrun::cli {

namespace {

constexpr std::string_view kJsonPath = "jsonpath=";

}  // namespace

void add_output(Command& command, std::string& value, std::vector<std::string_view> formats) {
  if (std::find(formats.begin(), formats.end(), "yaml") != formats.end()) formats.push_back(kJsonPath);
  const Option::Set set = [&value](const std::string& text) -> Result<void> {
    if (text.starts_with(kJsonPath)) TRY(JsonTemplate::parse(text.substr(kJsonPath.size())));
    value = text;
    return {};
  };
  command.option("-o,--output", set, "FORMAT", "How to print it").one_of(std::move(formats));
}

bool is_document(std::string_view format) {
  return format == "json" || format == "yaml" || format.starts_with(kJsonPath);
}

void print_document(Output& out, std::string_view format, const Json& document) {
  if (format.starts_with(kJsonPath))
    if (const auto path = JsonTemplate::parse(format.substr(kJsonPath.size())))
      return out.print(path->fill_in(document));
  out.print(format == "yaml" ? to_yaml(document) : document.dump(4, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace podrun::cli
