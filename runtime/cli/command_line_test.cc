// What may be typed, and what is said when it is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "runtime/cli/commands.h"
#include "runtime/cli/help.h"
#include "runtime/cli/hints.h"
#include "runtime/cli/parse.h"

namespace podrun::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;

// A command with one of everything.
struct Typed {
  std::vector<std::string> words;
  std::vector<std::string> rest;
  std::vector<std::string> list;
  std::string text;
  std::int64_t number = 0;
  bool first = false;
  bool second = false;
};
Typed typed;

void try_command(Command& command, Context&) {
  typed = {};
  command.words(typed.words, "POD", "Names", 0, 2);
  command.option("-o,--output", typed.text, "FORMAT", "How").one_of({"json", "yaml"});
  command.option("-l,--list", typed.list, "WORD,...", "Words").split_at_commas();
  command.option("--tail", typed.number, "LINES", "How many");
  command.flag("-a,--all", typed.first, "All");
  command.flag("-w,--wait", typed.second, "Wait");
  command.run([] { return 0; });
}

void run_command(Command& command, Context&) {
  typed = {};
  command.words(typed.words, "POD", "Name", 1, 2);
  command.rest(typed.rest, "COMMAND...", [](const Arguments& words) { return words.size() == 1; });
  command.option("-e,--env", typed.list, "NAME", "Variable");
  command.flag("-i,--stdin", typed.first, "Stdin");
}

void ask_command(Command& command, Context&) {
  typed = {};
  command.option("-f,--file", typed.text, "FILE", "What").required();
  command.words(typed.words, "POD", "Names");
}

void wrap_command(Command& command, Context&) {
  typed = {};
  command.words(typed.words, "NAME", "Name", 1, 1);
  command.rest(typed.rest, "ARGUMENT...");
  command.option("-e,--env", typed.list, "NAME", "Variable");
}

constexpr CommandEntry kEntries[] = {{"try", "Tries", try_command},
                                     {"run", "Runs", run_command},
                                     {"ask", "Asks", ask_command},
                                     {"wrap", "Wraps", wrap_command}};

class CommandLineTest : public testing::Test {
 protected:
  // What is wrong; empty where nothing is.
  std::string read(const Arguments& arguments) {
    Context context;
    Command podrun("podrun", "All");
    std::string name_space;
    podrun.option("-n,--namespace", name_space, "NAME", "Namespace");
    podrun.option("--from", from_, "DIR", "From").from("PODRUN_COMMAND_LINE_TEST");
    podrun.group(kEntries);
    CommandLine line(podrun, context);
    const auto done = line.read(arguments);
    help_ = line.wants_help() ? help_text(line.chain()) : "";
    name_space_ = name_space;
    return done ? "" : done.error().what;
  }
  std::string help_, name_space_, from_;
};

TEST_F(CommandLineTest, TakesOptionsInEveryForm) {
  for (const Arguments& form :
       {Arguments{"--output", "json"}, {"--output=json"}, {"-o", "json"}, {"-ojson"}, {"-o=json"}}) {
    Arguments arguments{"try", "web"};
    arguments.insert(arguments.end(), form.begin(), form.end());
    EXPECT_EQ(read(arguments), "");
    EXPECT_EQ(typed.text, "json") << form.front();
    EXPECT_THAT(typed.words, ElementsAre("web"));
  }
}

TEST_F(CommandLineTest, TakesSwitchesTogetherAndOff) {
  EXPECT_EQ(read({"try", "-aw"}), "");
  EXPECT_TRUE(typed.first && typed.second);
  EXPECT_EQ(read({"try", "-awo", "yaml", "--wait=false"}), "");
  EXPECT_TRUE(typed.first && !typed.second);
  EXPECT_EQ(typed.text, "yaml");
  EXPECT_EQ(read({"try", "-a=false", "web"}), "");
  EXPECT_FALSE(typed.first);
  EXPECT_THAT(typed.words, ElementsAre("web"));
  EXPECT_EQ(read({"try", "-aw=false"}), "");
  EXPECT_TRUE(typed.first && !typed.second);
  EXPECT_THAT(read({"try", "--all=maybe"}), HasSubstr("--all 'maybe': expected true or false"));
  EXPECT_THAT(read({"try", "-aw=maybe"}), HasSubstr("-w 'maybe': expected true or false"));
  EXPECT_THAT(read({"try", "-a="}), HasSubstr("-a '': expected true or false"));
}

TEST_F(CommandLineTest, TakesValuesOfAnyForm) {
  for (const char* value : {"", "=", "=a", "-a", "--all", "--", "try", "[a]", "{}", "++", "--list="}) {
    EXPECT_EQ(read({"try", "-l", value, "web"}), "");
    EXPECT_THAT(typed.list, ElementsAre(value));
    EXPECT_EQ(read({"try", std::string("--list=") + value, "web"}), "");
    EXPECT_THAT(typed.list, ElementsAre(value));
    EXPECT_EQ(read({"try", std::string("-l=") + value, "web"}), "");
    EXPECT_THAT(typed.list, ElementsAre(value));
    EXPECT_THAT(typed.words, ElementsAre("web"));
    EXPECT_FALSE(typed.first);
  }
}

TEST_F(CommandLineTest, TakesGlobalOptionsAnywhere) {
  EXPECT_EQ(read({"-n", "a", "try"}), "");
  EXPECT_EQ(name_space_, "a");
  EXPECT_EQ(read({"try", "web", "--namespace=b", "db"}), "");
  EXPECT_EQ(name_space_, "b");
  EXPECT_THAT(typed.words, ElementsAre("web", "db"));
}

TEST_F(CommandLineTest, TakesListsAndTheLastOfTheRest) {
  EXPECT_EQ(read({"try", "-l", "a,b", "--list", "c", "--tail", "-1", "--tail", "7"}), "");
  EXPECT_THAT(typed.list, ElementsAre("a", "b", "c"));
  EXPECT_EQ(typed.number, 7);
}

TEST_F(CommandLineTest, AsksTheEnvironmentForWhatIsNotGiven) {
  ::setenv("PODRUN_COMMAND_LINE_TEST", "there", 1);
  EXPECT_EQ(read({"try"}), "");
  EXPECT_EQ(from_, "there");
  EXPECT_EQ(read({"try", "--from", "here"}), "");
  EXPECT_EQ(from_, "here");
  EXPECT_EQ(read({"--from", "here", "try"}), "");
  EXPECT_EQ(from_, "here");
  ::unsetenv("PODRUN_COMMAND_LINE_TEST");
}

TEST_F(CommandLineTest, TakesOnlyWordsBehindTwoDashes) {
  EXPECT_EQ(read({"try", "--", "-a", "--all"}), "");
  EXPECT_THAT(typed.words, ElementsAre("-a", "--all"));
  EXPECT_FALSE(typed.first);
}

TEST_F(CommandLineTest, LeavesTheRestToTheCommand) {
  for (const Arguments& dashes : {Arguments{}, Arguments{"--"}}) {
    Arguments arguments{"run", "-i", "web", "-e", "A=1"};
    arguments.insert(arguments.end(), dashes.begin(), dashes.end());
    arguments.insert(arguments.end(), {"ls", "-e", "--help", "--", "-i"});
    EXPECT_EQ(read(arguments), "");
    EXPECT_THAT(typed.words, ElementsAre("web"));
    EXPECT_THAT(typed.list, ElementsAre("A=1"));
    EXPECT_THAT(typed.rest, ElementsAre("ls", "-e", "--help", "--", "-i"));
    EXPECT_EQ(help_, "");
  }
  EXPECT_EQ(read({"run", "web", "--", "--help"}), "");
  EXPECT_THAT(typed.rest, ElementsAre("--help"));
  const Arguments odd{"try", "-i=false", "-e=", "--env=", "++", "[a]", "", "--from", "run", "-=", "--"};
  Arguments arguments{"run", "-i", "web"};
  arguments.insert(arguments.end(), odd.begin(), odd.end());
  EXPECT_EQ(read(arguments), "");
  EXPECT_EQ(typed.rest, odd);
  EXPECT_TRUE(typed.first);
}

TEST_F(CommandLineTest, MayWantTheRestOnlyBehindTwoDashes) {
  EXPECT_EQ(read({"wrap", "web", "-e", "A=1", "--", "ls", "-e", "--"}), "");
  EXPECT_THAT(typed.words, ElementsAre("web"));
  EXPECT_THAT(typed.list, ElementsAre("A=1"));
  EXPECT_THAT(typed.rest, ElementsAre("ls", "-e", "--"));
  EXPECT_EQ(read({"wrap", "-e", "A=1", "web"}), "");
  EXPECT_THAT(typed.rest, ElementsAre());
  EXPECT_EQ(read({"wrap", "web", "ls"}),
            "unexpected argument 'ls'; ARGUMENT... goes behind --; see 'podrun wrap --help'");
  EXPECT_EQ(read({"wrap", "--help"}), "");
  EXPECT_THAT(help_, HasSubstr("Usage: podrun wrap [OPTION...] NAME [-- ARGUMENT...]\n"));
}

TEST_F(CommandLineTest, SaysWhatIsWrongOnOneLineWithWhereToReadOn) {
  const std::vector<std::pair<Arguments, std::string>> wrong = {
      {{"try", "--outptu", "json"}, "unknown option --outptu; did you mean --output?; see 'podrun try --help'"},
      {{"try", "--hlep"}, "unknown option --hlep; did you mean --help?; see 'podrun try --help'"},
      {{"try", "-ax"}, "unknown option -x; see 'podrun try --help'"},
      {{"try", "-1"}, "unknown option -1; see 'podrun try --help'"},
      {{"try", "---all"}, "unknown option ---all; did you mean --all?; see 'podrun try --help'"},
      {{"try", "-a", "-=false"}, "unknown option -=; see 'podrun try --help'"},
      {{"--outptu=x", "try"}, "unknown option --outptu; did you mean --output?; see 'podrun try --help'"},
      {{"run", "web", "-x", "ls"}, "unknown option -x; see 'podrun run --help'"},
      {{"try", "--zzzzzz"}, "unknown option --zzzzzz; see 'podrun try --help'"},
      {{"try", "-o", "jsn"}, "-o 'jsn': expected one of: json, yaml; see 'podrun try --help'"},
      {{"try", "--tail", "ten"}, "--tail 'ten': expected a whole number; see 'podrun try --help'"},
      {{"try", "--tail"}, "--tail: expected LINES behind it; see 'podrun try --help'"},
      {{"try", "a", "b", "c"}, "unexpected argument 'c'; see 'podrun try --help'"},
      {{"run"}, "expected POD; see 'podrun run --help'"},
      {{"tyr", "web", "--help"}, "unknown command 'tyr'; did you mean 'podrun try'?; see 'podrun --help'"},
      {{"tyr", "run", "web"}, "unknown command 'tyr'; did you mean 'podrun try'?; see 'podrun --help'"},
      {{"ask"}, "--file is required; see 'podrun ask --help'"},
      {{"ask", "--flie", "x"}, "unknown option --flie; did you mean --file?; see 'podrun ask --help'"},
      {{"tyr"}, "unknown command 'tyr'; did you mean 'podrun try'?; see 'podrun --help'"},
  };
  for (const auto& [arguments, text] : wrong) EXPECT_EQ(read(arguments), text);
}

TEST_F(CommandLineTest, HelpsWhereverItIsAskedTo) {
  EXPECT_EQ(read({"--help"}), "");
  EXPECT_THAT(help_, AllOf(HasSubstr("Usage: podrun COMMAND"), HasSubstr("  try    Tries\n")));
  EXPECT_EQ(read({"try", "web", "-h"}), "");
  EXPECT_THAT(help_, AllOf(HasSubstr("Usage: podrun try [OPTION...] [POD]"),
                           HasSubstr("  -o, --output FORMAT   How: json, yaml\n"),
                           HasSubstr("[$PODRUN_COMMAND_LINE_TEST]"), Not(HasSubstr("Tries\n  "))));
}

TEST(Hints, KnowTheWordsOfOthers) {
  Context context;
  const Command podrun = podrun_command(context);
  const auto hint = [&](const char* word) { return hint_for_command("podrun", word, podrun.commands()); };
  for (const char* word : {"ps", "ls", "list", "pods"}) EXPECT_THAT(hint(word), HasSubstr("podrun get")) << word;
  for (const char* word : {"rm", "rmp", "down"}) EXPECT_THAT(hint(word), HasSubstr("podrun delete")) << word;
  EXPECT_THAT(hint("stopp"), HasSubstr("podrun stop"));
  EXPECT_THAT(hint("rollout"), HasSubstr("podrun restart"));
  for (const char* word : {"up", "kube", "play"}) EXPECT_THAT(hint(word), HasSubstr("podrun create")) << word;
  EXPECT_THAT(hint("set"), HasSubstr("podrun update"));
  // What is a command by now is nobody else's word.
  for (const CommandEntry& entry : podrun.commands())
    EXPECT_EQ(hint(std::string(entry.name).c_str()).find("; 'podrun"), std::string::npos) << entry.name;
  EXPECT_THAT(hint("completion"), HasSubstr("bash"));
  EXPECT_THAT(hint("images"), HasSubstr("podrun image list"));
  EXPECT_EQ(hint("crate"), "; did you mean 'podrun create'?");
  EXPECT_EQ(hint("frobnicate"), "");
}

TEST(Hints, KnowWordsOfOthersBehindAGroup) {
  Context context;
  const Command podrun = podrun_command(context);
  const auto hint = [&](const std::string& group, const char* word) {
    Command command(group, "");
    for (const CommandEntry& entry : podrun.commands())
      if (entry.name == group) entry.set_up(command, context);
    return hint_for_command("podrun " + group, word, command.commands());
  };
  EXPECT_THAT(hint("image", "ls"), HasSubstr("'podrun image list'"));
  EXPECT_THAT(hint("volume", "ls"), HasSubstr("'podrun volume list'"));
  EXPECT_THAT(hint("volume", "prune"), HasSubstr("'podrun volume rm VOLUME'"));
  EXPECT_THAT(hint("volume", "create"), HasSubstr("persistentVolumeClaim"));
  EXPECT_EQ(hint("volume", "inspekt"), "; did you mean 'podrun volume inspect'?");
  EXPECT_EQ(hint("cni", "frobnicate"), "");
}

TEST(Hints, KnowOptionsOfOthers) {
  EXPECT_THAT(hint_for_option("podrun run", "--name"), HasSubstr("podrun run NAME"));
  EXPECT_THAT(hint_for_option("podrun run", "-v"), HasSubstr("manifest"));
  EXPECT_EQ(hint_for_option("podrun run", "--nam"), "");
  EXPECT_EQ(hint_for_option("podrun create", "--name"), "");
}

TEST(Help, HasOnePodWhereOneIsTaken) {
  Context context;
  Command podrun = podrun_command(context);
  const auto usage_of = [&](const char* name) {
    Command command(name, "");
    for (const CommandEntry& entry : podrun.commands())
      if (entry.name == std::string_view(name)) entry.set_up(command, context);
    return help_text({&podrun, &command});
  };
  EXPECT_THAT(usage_of("exec"), HasSubstr("exec [OPTION...] POD [--] COMMAND ARGUMENT...\n"));
  EXPECT_THAT(usage_of("inspect"), HasSubstr("inspect [OPTION...] POD\n"));
  EXPECT_THAT(usage_of("get"), HasSubstr("get [OPTION...] [POD...]\n"));
}

// What a hint names exists.
TEST(Commands, AreSetUpOneByOneAndDoSomething) {
  Context context;
  const Command podrun = podrun_command(context);
  for (const CommandEntry& entry : podrun.commands()) {
    Command command(entry.name, entry.summary);
    entry.set_up(command, context);
    EXPECT_NE(static_cast<bool>(command.action()), !command.commands().empty()) << entry.name;
    for (const CommandEntry& inner : command.commands()) {
      Command one(inner.name, inner.summary);
      inner.set_up(one, context);
      EXPECT_TRUE(one.action()) << inner.name;
    }
  }
}

// A letter or a name that two options of one command have would hide the second.
TEST(Commands, HaveEachOptionOnce) {
  Context context;
  const Command podrun = podrun_command(context);
  for (const CommandEntry& entry : podrun.commands()) {
    Command command(entry.name, entry.summary);
    entry.set_up(command, context);
    std::set<std::string_view> names;
    std::set<char> letters;
    for (const Command* one : {&podrun, static_cast<const Command*>(&command)})
      for (const Option& option : one->options()) {
        EXPECT_TRUE(names.insert(option.name()).second) << entry.name << " --" << option.name();
        if (option.letter() != 0) {
          EXPECT_TRUE(letters.insert(option.letter()).second) << entry.name << " -" << option.letter();
        }
      }
  }
}

}  // namespace
}  // namespace podrun::cli
