// podrun help: the same as --help behind a command.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/help.h"
#include "runtime/cli/parse.h"

namespace podrun::cli {
namespace {

Result<int> help(Context& context, const std::vector<std::string>& words) {
  Context untouched;  // by what was typed in front of the word
  Command podrun = podrun_command(untouched);
  CommandLine line(podrun, untouched);
  std::vector<std::string> asked(words);
  asked.emplace_back("--help");
  TRY(line.read(asked));
  context.out.print(help_text(line.chain()));
  return 0;
}

}  // namespace

void help_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "COMMAND", "The command, with its group: cni list");
  command.run([&context, words] { return help(context, *words); });
}

}  // namespace podrun::cli
