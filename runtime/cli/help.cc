#include "runtime/cli/help.h"

#include <algorithm>

namespace podrun::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kHelpGap = 3;

struct HelpLine {
  std::string left;
  std::string right;
};

HelpLine help_line_of(const Option& option) {
  HelpLine line{option.letter() != 0 ? std::string("-") + option.letter() + ", " : "    ", std::string(option.help())};
  line.left.append("--").append(option.name());
  if (!option.is_switch()) line.left.append(" ").append(option.takes());
  std::string values;
  for (const std::string_view value : option.values()) values.append(values.empty() ? "" : ", ").append(value);
  if (!values.empty()) line.right += ": " + values;
  if (!option.fallback().empty()) line.right += " (" + option.fallback() + ")";
  if (option.variable() != nullptr) line.right.append(" [$").append(option.variable()).append("]");
  return line;
}

std::vector<HelpLine> lines_of(const Command& command) {
  std::vector<HelpLine> lines;
  for (const Option& option : command.options()) lines.push_back(help_line_of(option));
  return lines;
}

void append(std::string& text, std::string_view title, const std::vector<HelpLine>& lines) {
  if (lines.empty()) return;
  std::size_t width = 0;
  for (const HelpLine& line : lines) width = std::max(width, line.left.size() + kHelpGap);
  text.append("\n").append(title).append(":\n");
  for (const HelpLine& line : lines) {
    text.append(kIndent, ' ').append(line.left).append(width - line.left.size(), ' ').append(line.right).append("\n");
  }
}

std::string words_of(const Words& words) {
  if (words.takes.empty()) return "";
  // One pod is one word, or two: "pod web".
  const std::string many = words.most > 2 && words.takes.find(' ') == std::string_view::npos ? "..." : "";
  return words.least == 0 ? " [" + std::string(words.takes) + many + "]" : " " + std::string(words.takes) + many;
}

std::string usage(const std::vector<Command*>& chain) {
  std::string text = "Usage:";
  for (const Command* command : chain) text.append(" ").append(command->name());
  const Command& last = *chain.back();
  if (!last.commands().empty()) return text + " COMMAND [OPTION...]\n";
  text += " [OPTION...]" + words_of(last.words());
  if (last.rest() == nullptr) return text + "\n";
  const std::string takes(last.rest_takes());
  return text + (last.rest_needs_dashes() ? " [-- " + takes + "]" : " [--] " + takes) + "\n";
}

}  // namespace

std::string help_text(const std::vector<Command*>& chain) {
  const Command& command = *chain.back();
  std::string text(command.summary());
  text += "\n\n" + usage(chain);
  if (!command.words().takes.empty()) {
    text.append("\n").append(kIndent, ' ').append(command.words().takes).append(kHelpGap, ' ');
    text.append(command.words().help).append("\n");
  }
  std::vector<HelpLine> commands;
  for (const CommandEntry& entry : command.commands())
    commands.push_back({std::string(entry.name), std::string(entry.summary)});
  append(text, "Commands", commands);
  if (chain.size() > 1) append(text, "Options", lines_of(command));
  std::vector<HelpLine> everywhere = lines_of(*chain.front());
  everywhere.push_back({"-h, --help", "Show this"});
  append(text, "Options for every command", everywhere);
  return text;
}

}  // namespace podrun::cli
