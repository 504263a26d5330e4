#include "runtime/cli/unknown.h"

#include "runtime/cli/hints.h"
#include "runtime/manifest/suggest.h"

namespace podrun::cli {

std::string path_of(const std::vector<Command*>& chain) {
  std::string path;
  for (const Command* command : chain) path.append(path.empty() ? "" : " ").append(command->name());
  return path;
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

Error unknown_command(const std::vector<Command*>& chain, const std::string& word) {
  const std::string hint = hint_for_command(path_of(chain), word, chain.back()->commands());
  return {Kind::invalid, 0, "unknown command " + in_quotes(word) + hint};
}

Error unknown_option(const std::vector<Command*>& chain, const std::string& argument) {
  const bool is_long = argument.starts_with("--");
  const std::string typed = argument.substr(0, is_long ? argument.find('=') : 2);
  if (const std::string hint = hint_for_option(path_of(chain), typed); !hint.empty())
    return {Kind::invalid, 0, "unknown option " + typed + hint};
  std::vector<std::string_view> known{"help"};
  for (const Command* command : chain)
    for (const Option& option : command->options()) known.push_back(option.name());
  const std::string_view meant = manifest::closest(std::string_view(typed).substr(2), known);
  const std::string hint = meant.empty() ? "" : "; did you mean --" + std::string(meant) + "?";
  return {Kind::invalid, 0, "unknown option " + typed + hint};
}

}  // namespace podrun::cli
