// JSON for a person to read, every number and string as it was written: reading it into doubles would change some.
#pragma once

#include <string>
#include <string_view>

namespace podrun::cli {

// `json` is valid. Four spaces a level, as kubectl and cnitool print; ends with a line break.
std::string indent_json(std::string_view json);

}  // namespace podrun::cli
