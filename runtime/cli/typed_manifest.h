// What was typed, as part of a manifest: it arrives as it was typed.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/env_option.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// Kind::invalid: "--port '80x': WHY".
Error bad_option(const std::string& option, const std::string& value, const std::string& why);

// "$(NAME)", which a manifest would expand, is escaped.
std::string literal(const std::string& text);

// As a container's `env`. Kind::invalid names --env.
Result<Json> environment(const Variables& variables);

// A manifest is UTF-8; words of a command line need not be.
Result<void> check_encoding(const Json& json);

}  // namespace podrun::cli
