// podrun lab show: the page of a lab.
#include <memory>

#include "runtime/cli/lab_commands.h"

namespace podrun::cli {

void lab_show_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "LAB", "One of 'podrun lab list', or a page of your own: FILE.md", 1, 1);
  command.run([&context, words]() -> Result<int> {
    const Lab lab = TRY(find_lab(words->front()).in("lab show"));
    context.out.print(readable_text(lab));
    return 0;
  });
}

}  // namespace podrun::cli
