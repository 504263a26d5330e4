#include "runtime/cli/parse.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/cli/hints.h"
#include "runtime/manifest/suggest.h"

namespace podrun::cli {
namespace {

Error bad_input(std::string what) { return {Kind::invalid, 0, std::move(what)}; }

std::string path_of(const std::vector<Command*>& chain) {
  std::string path;
  for (const Command* command : chain) path.append(path.empty() ? "" : " ").append(command->name());
  return path;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

Result<void> CommandLine::read(const std::vector<std::string>& arguments) {
  auto done = read_all(arguments);
  if (done || wants_help_) return {};
  return bad_input(done.error().what + "; see '" + path_of(chain_) + " --help'");
}

bool CommandLine::read_so_far(const std::vector<std::string>& arguments) {
  const bool is_right{take_all(arguments)};
  return (is_right || lacking_ != nullptr) && !wants_help_ && take_environment();
}

bool CommandLine::may_take_option() const {
  const auto* rest = chain_.back()->rest();
  return !only_words_ && (rest == nullptr || rest->empty());
}

bool CommandLine::is_in_rest() const {
  const Command& command = *chain_.back();
  return command.rest() != nullptr && (!may_take_option() || command.rest_begins_behind(words_));
}

Result<void> CommandLine::read_all(const std::vector<std::string>& arguments) {
  TRY(take_all(arguments));
  return wants_help_ ? Result<void>() : finish();
}

Result<void> CommandLine::take_all(const std::vector<std::string>& arguments) {
  arguments_ = &arguments;
  while (next_ < arguments.size() && !wants_help_) {
    const std::string& text = arguments[next_++];
    const Command& command = *chain_.back();
    if (!only_words_ && text == "--") {
      only_words_ = true;
    } else if (command.rest() && (only_words_ || (!text.starts_with('-') && command.rest_begins_behind(words_)))) {
      command.rest()->assign(arguments.begin() + static_cast<std::ptrdiff_t>(next_ - 1), arguments.end());
      next_ = arguments.size();
    } else if (only_words_ || text == "-" || !text.starts_with('-')) {
      TRY(word(text));
    } else if (text.starts_with("--")) {
      TRY(long_option(std::string_view(text).substr(2)));
    } else {
      TRY(letters(std::string_view(text).substr(1)));
    }
  }
  return {};
}

Result<void> CommandLine::word(const std::string& text) {
  const auto entries = chain_.back()->commands();
  if (entries.empty()) {
    const Words& words = chain_.back()->words();
    if (words_.size() == words.most) return bad_input("unexpected argument " + quoted(text));
    words_.push_back(text);
    return {};
  }
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const CommandEntry& one) { return one.name == text; });
  if (entry == entries.end())
    return bad_input("unknown command " + quoted(text) + hint_for_command(path_of(chain_), text, entries));
  chain_.push_back(&named_.emplace_back(entry->name, entry->summary));
  entry->set_up(*chain_.back(), context_);
  return {};
}

Result<void> CommandLine::long_option(std::string_view text) {
  const auto equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const std::string typed = "--" + std::string(name);
  if (name == "help") {
    wants_help_ = true;
    return {};
  }
  Option* option = find([&](const Option& one) { return one.name() == name; });
  if (option == nullptr) return unknown_option(typed);
  if (equals != std::string_view::npos) return give(*option, typed, std::string(text.substr(equals + 1)));
  return give(*option, typed, option->is_switch() ? "true" : TRY(value_behind(*option, typed)));
}

Result<void> CommandLine::letters(std::string_view text) {
  while (!text.empty()) {
    const char letter = text.front();
    const std::string typed = std::string("-") + letter;
    text.remove_prefix(1);
    Option* option = find([&](const Option& one) { return one.letter() == letter; });
    if (option == nullptr && letter == 'h') {
      wants_help_ = true;
      return {};
    }
    if (option == nullptr) return unknown_option(typed);
    if (text.starts_with('=')) return give(*option, typed, std::string(text.substr(1)));
    if (option->is_switch()) {
      TRY(give(*option, typed, "true"));
      continue;
    }
    return give(*option, typed, text.empty() ? TRY(value_behind(*option, typed)) : std::string(text));
  }
  return {};
}

Result<void> CommandLine::give(Option& option, const std::string& typed, const std::string& value) {
  return option.give(value).in(typed + " " + quoted(value));
}

Result<std::string> CommandLine::value_behind(const Option& option, const std::string& typed) {
  if (next_ == arguments_->size()) {
    lacking_ = &option;
    return bad_input(typed + ": expected " + std::string(option.takes()) + " behind it");
  }
  return (*arguments_)[next_++];
}

// What was not given comes from the environment; what then is missing is told.
Result<void> CommandLine::take_environment() {
  for (Command* command : chain_)
    for (Option& option : command->options()) {
      const char* value = option.is_given() || !option.variable() ? nullptr : std::getenv(option.variable());
      if (value != nullptr && *value != '\0') TRY(give(option, option.variable(), value));
    }
  return {};
}

Result<void> CommandLine::finish() {
  TRY(take_environment());
  for (const Command* command : chain_)
    for (const Option& option : command->options())
      if (option.is_required() && !option.is_given())
        return bad_input("expected --" + std::string(option.name()) + " " + std::string(option.takes()));
  const Words& words = chain_.back()->words();
  if (words_.size() < words.least) return bad_input("expected " + std::string(words.takes));
  if (words.into != nullptr) *words.into = std::move(words_);
  return {};
}

Option* CommandLine::find(const std::function<bool(const Option&)>& is) const {
  for (auto command = chain_.rbegin(); command != chain_.rend(); ++command) {
    auto& options = (*command)->options();
    const auto found = std::find_if(options.begin(), options.end(), is);
    if (found != options.end()) return &*found;
  }
  return nullptr;
}

Error CommandLine::unknown_option(const std::string& typed) const {
  std::vector<std::string_view> known{"help"};
  for (const Command* command : chain_)
    for (const Option& option : command->options()) known.push_back(option.name());
  const std::string_view meant = manifest::closest(std::string_view(typed).substr(2), known);
  return bad_input("unknown option " + typed + (meant.empty() ? "" : "; did you mean --" + std::string(meant) + "?"));
}

}  // namespace podrun::cli
