// What is said of a word or an option that does not exist. `chain`: from podrun to the command that was named last.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"

namespace podrun::cli {

std::string path_of(const std::vector<Command*>& chain);  // "podrun cni list"
std::string in_quotes(std::string_view text);

Error unknown_command(const std::vector<Command*>& chain, const std::string& word);
Error unknown_option(const std::vector<Command*>& chain, const std::string& argument);

}  // namespace podrun::cli
