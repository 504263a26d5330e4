#include "runtime/cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/unknown.h"

namespace podrun::cli {
namespace {

// Behind what CLI11 would read otherwise than we do: "--name=", of which it takes the next argument for the value, and
// "++", which ends a command. No argument has such a byte.
constexpr char kMark = '\0';

// More words than an argument list has. As long as a command wants more, what stands behind "--" is its own.
constexpr int kEverMore = 1 << 28;

std::string marked(std::string argument) {
  const bool has_empty_value = argument.starts_with('-') && argument.find('=') + 1 == argument.size();
  if (has_empty_value || argument == "++") argument += kMark;
  return argument;
}

std::string as_typed(std::string argument) {
  if (argument.ends_with(kMark)) argument.pop_back();
  return argument;
}

}  // namespace

// Tells CLI11 what the commands on the line take, each when it is reached, and passes on what it reads.
class CommandLine::Reader {
 public:
  Reader(CommandLine& line, const std::vector<std::string>& arguments);
  Result<void> read();

 private:
  void add(CLI::App& app, Command& command);
  void add(CLI::App& app, Option& option);
  void add(CLI::App& app, const CommandEntry& entry);
  void add_words(CLI::App& app, const Command& command);

  void take(Option& option, const std::string& value);
  void take_behind_letter(const std::string& value);
  void give(Option& option, const std::string& typed, const std::string& value);
  const std::string& argument_of(const std::string& value) const;

  Result<void> take_words();
  Result<void> refuse_extras();
  Error lacks_value();

  CommandLine& line_;
  const std::vector<std::string>& arguments_;
  std::vector<std::string> left_;  // from the last to the next, as CLI11 has them
  CLI::App app_{"", "podrun"};
  CLI::App* last_ = &app_;
  CLI::Option* words_ = nullptr;
  std::size_t rest_begins_ = Command::kAny;
  Option* switch_ = nullptr;  // the last one that was given
};

CommandLine::Reader::Reader(CommandLine& line, const std::vector<std::string>& arguments)
    : line_(line), arguments_(arguments) {
  line_.chain_.resize(1);
  std::transform(arguments.rbegin(), arguments.rend(), std::back_inserter(left_), marked);
  app_.set_help_flag();
  app_.fallthrough()->require_subcommand(0, 1)->allow_extras();
  app_.add_flag_callback("-h,--help", [] { throw CLI::CallForHelp(); })->trigger_on_parse();
  // CLI11 takes letters of switches one by one: of "-a=false" it reads "-a", and then "-=false".
  const auto take = [this](const CLI::results_t& values) { return take_behind_letter(as_typed(values.back())), true; };
  app_.add_option("-=", take)->trigger_on_parse();
  add(app_, *line_.chain_.front());
}

Result<void> CommandLine::Reader::read() {
  Result<void> done;
  try {
    app_.parse(left_);
  } catch (const CLI::CallForHelp&) {
    line_.wants_help_ = true;
  } catch (const CLI::RequiredError& error) {
    line_.required_ = error.what();
  } catch (const CLI::ArgumentMismatch&) {
    done = lacks_value();
  } catch (const CLI::ParseError& error) {
    done = bad_input(error.what());
  }
  line_.only_words_ = !last_->remaining().empty();
  TRY(refuse_extras());
  TRY(take_words());
  return done;
}

void CommandLine::Reader::add(CLI::App& app, Command& command) {
  last_ = &app;
  for (Option& option : command.options()) add(app, option);
  for (const CommandEntry& entry : command.commands())
    if (std::find(arguments_.begin(), arguments_.end(), entry.name) != arguments_.end()) add(app, entry);
  if (command.commands().empty()) add_words(app, command);
}

void CommandLine::Reader::add(CLI::App& app, Option& option) {
  std::string names = "--" + std::string(option.name());
  if (option.letter() != 0) names.append(",-").append(1, option.letter());
  const auto is_this = [&option](const CLI::Option* one) { return one->check_lname(std::string(option.name())); };
  const auto take_it = [this, &app, &option, is_this](const CLI::results_t& values) {
    const auto& typed = app.parse_order();
    const bool is_typed = std::any_of(typed.begin(), typed.end(), is_this);
    if (is_typed)
      take(option, as_typed(values.back()));
    else
      give(option, option.variable(), values.back());
    return true;
  };
  CLI::Option* added = app.add_option(names, take_it)->trigger_on_parse()->required(option.is_required());
  if (option.is_switch()) added->expected(0);
  if (option.variable() != nullptr) added->envname(option.variable());
}

void CommandLine::Reader::add(CLI::App& app, const CommandEntry& entry) {
  CLI::App* added = app.add_subcommand(std::string(entry.name));
  added->preparse_callback([this, added, &entry](std::size_t) {
    Command& command = line_.named_.emplace_back(entry.name, entry.summary);
    line_.chain_.push_back(&command);
    entry.set_up(command, line_.context_);
    add(*added, command);
  });
}

void CommandLine::Reader::add_words(CLI::App& app, const Command& command) {
  words_ = app.add_option("words")->expected(kEverMore)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (command.rest() == nullptr) return;
  app.validate_positionals();  // asks before it takes a word
  words_->check([this, &app, &command](const std::string&) {
    const bool begins = !app.remaining().empty() || command.rest_begins_behind(words_->results());
    if (begins && !app.get_positionals_at_end()) {
      rest_begins_ = words_->count();
      app.positionals_at_end();
    }
    return std::string();
  });
}

void CommandLine::Reader::take(Option& option, const std::string& value) {
  const std::string& argument = argument_of(value);
  const bool is_long = argument.starts_with("--");
  const bool has_equals = !is_long && value.starts_with('=') && argument.ends_with(value);  // -n=VALUE
  if (option.is_switch()) switch_ = &option;
  give(option, is_long ? "--" + std::string(option.name()) : std::string("-") + option.letter(),
       has_equals ? value.substr(1) : value);
}

void CommandLine::Reader::take_behind_letter(const std::string& value) {
  if (switch_ == nullptr || argument_of(value).starts_with("-=")) throw CLI::ValidationError("unknown option -=");
  give(*switch_, std::string("-") + switch_->letter(), value);
}

void CommandLine::Reader::give(Option& option, const std::string& typed, const std::string& value) {
  const auto given = option.give(value);
  if (!given) throw CLI::ValidationError(typed + " " + in_quotes(value), given.error().what);
}

// That of the option which CLI11 has just read: the last one that it took, or where this is the value the one before.
const std::string& CommandLine::Reader::argument_of(const std::string& value) const {
  const std::size_t taken = arguments_.size() - left_.size();
  return arguments_[arguments_[taken - 1] == value && taken > 1 ? taken - 2 : taken - 1];
}

Result<void> CommandLine::Reader::take_words() {
  if (words_ == nullptr) return {};
  const Command& command = *line_.chain_.back();
  std::vector<std::string> words;
  std::transform(words_->results().begin(), words_->results().end(), std::back_inserter(words), as_typed);
  const auto rest = words.begin() + static_cast<std::ptrdiff_t>(std::min(rest_begins_, words.size()));
  if (command.rest() != nullptr) command.rest()->assign(rest, words.end());
  line_.words_.assign(words.begin(), rest);
  for (const std::string& word : line_.words_)  // "-1" and "---x" are no options to CLI11
    if (!line_.only_words_ && word.size() > 1 && word.front() == '-') return unknown_option(line_.chain_, word);
  if (line_.words_.size() <= command.words().most) return {};
  return bad_input("unexpected argument " + in_quotes(line_.words_[command.words().most]) +
                   (command.rest() != nullptr ? "; " + std::string(command.rest_takes()) + " goes behind --" : ""));
}

Result<void> CommandLine::Reader::refuse_extras() {
  for (const std::string& extra : app_.remaining()) {
    if (extra == "--") continue;
    if (extra.size() > 1 && extra.front() == '-') return unknown_option(line_.chain_, as_typed(extra));
    if (line_.chain_.back()->commands().empty()) line_.chain_.pop_back();  // it stands in front of the command
    return unknown_command(line_.chain_, as_typed(extra));
  }
  return {};
}

// The option is the last argument, or its last letter.
Error CommandLine::Reader::lacks_value() {
  const std::string& argument = arguments_.back();
  const std::string typed = argument.starts_with("--") ? argument : std::string("-") + argument.back();
  std::string takes = "VALUE";
  for (const Command* command : line_.chain_)
    for (const Option& option : command->options()) {
      if (typed != "--" + std::string(option.name()) && typed != std::string("-") + option.letter()) continue;
      line_.lacking_ = &option;
      takes = option.takes();
    }
  return bad_input(typed + ": expected " + takes + " behind it");
}

Result<void> CommandLine::read(const std::vector<std::string>& arguments) {
  auto done = Reader(*this, arguments).read();
  if (done && wants_help_) return {};
  if (done) done = finish();
  if (done) return {};
  return bad_input(done.error().what + "; see '" + path_of(chain_) + " --help'");
}

bool CommandLine::read_so_far(const std::vector<std::string>& arguments) {
  auto done = Reader(*this, arguments).read();
  // CLI11 reads the environment at the end of a line that is right.
  if (lacking_ != nullptr) done = Reader(*this, {arguments.begin(), arguments.end() - 1}).read();
  return done && !wants_help_;
}

bool CommandLine::may_take_option() const {
  const auto* rest = chain_.back()->rest();
  return !only_words_ && (rest == nullptr || rest->empty());
}

bool CommandLine::is_in_rest() const {
  const Command& command = *chain_.back();
  return command.rest() != nullptr && (!may_take_option() || command.rest_begins_behind(words_));
}

Result<void> CommandLine::finish() {
  if (!required_.empty()) return bad_input(required_);
  const Words& words = chain_.back()->words();
  if (words_.size() < words.least) return bad_input("expected " + std::string(words.takes));
  if (words.into != nullptr) *words.into = std::move(words_);
  return {};
}

}  // namespace podrun::cli
