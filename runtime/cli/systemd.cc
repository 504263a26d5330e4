// podrun systemd: pods that begin with the machine.
#include "base/files.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/systemd_commands.h"
#include "runtime/kernel/program.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kSystemdCommands[] = {
    {"install", "Have systemd make a pod, or those of manifests, at each start", systemd_install_command},
    {"uninstall", "Delete the pods of such a unit, and the unit", systemd_uninstall_command},
};

}  // namespace

Result<void> systemctl(const std::vector<std::string>& words) {
  // sd_booted(3)
  if (!base::path_exists("/run/systemd/system"))
    return Error{Kind::unsupported, 0, "systemd does not run this machine (--dry-run=client shows what it would get)"};
  std::vector<std::string> argv{"systemctl"};
  argv.insert(argv.end(), words.begin(), words.end());
  const ProgramEnd end = TRY(run_program(argv));
  if (end.code == 0) return {};
  std::string said = end.errors.empty() ? "exit code " + std::to_string(end.code) : end.errors;
  while (said.ends_with('\n')) said.pop_back();
  return Error{Kind::internal, 0, "systemctl " + words.front() + ": " + said};
}

void systemd_command(Command& command, Context&) { command.group(kSystemdCommands); }

}  // namespace podrun::cli
