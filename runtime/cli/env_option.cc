#include "runtime/cli/env_option.h"

#include <cstdlib>

#include "runtime/manifest/text.h"

namespace podrun::cli {
namespace {

Result<void> add_variable(Variables& variables, const std::string& given, const std::string& where) {
  const std::string name = given.substr(0, given.find('='));
  if (name.empty())
    return Error{Kind::invalid, 0, where + " " + manifest::quote(given) + ": expected NAME=VALUE or NAME"};
  const char* here = std::getenv(name.c_str());
  if (name.size() < given.size())
    variables.emplace_back(name, given.substr(name.size() + 1));
  else if (here != nullptr)
    variables.emplace_back(name, here);
  return {};
}

}  // namespace

Result<Variables> read_env(const std::vector<std::string>& given) {
  Variables variables;
  for (const std::string& variable : given) TRY(add_variable(variables, variable, "--env"));
  return variables;
}

Result<Variables> read_env_file(std::string_view text, const std::string& source) {
  Variables variables;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    TRY(add_variable(variables, std::string(line), source + ":" + std::to_string(number)));
  }
  return variables;
}

}  // namespace podrun::cli
