// podrun systemd uninstall: the unit ends, and with it its pods; then it goes.
#include <memory>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/systemd_commands.h"
#include "runtime/cli/systemd_unit.h"

namespace podrun::cli {
namespace {

Result<void> uninstall_one(Context& context, const std::string& name) {
  const std::string unit = unit_name(context.flags.name_space, name);
  if (!base::path_exists(unit_path(unit)))
    return Error{Kind::not_found, 0, "no unit '" + unit_path(unit) + "' (podrun systemd install makes one)"};
  TRY(systemctl({"disable", "--now", unit}));
  TRY(base::remove_file(unit_path(unit)));
  TRY(base::remove_tree(manifests_path(unit)));
  TRY(systemctl({"daemon-reload"}));
  context.out.print(unit + " uninstalled\n");
  return {};
}

Result<int> uninstall(Context& context, const std::vector<std::string>& names) {
  TRY(context.require_root("systemd uninstall"));
  base::listen_for_interruption();
  Failures failures;
  for (const std::string& name : names)
    if (auto done = uninstall_one(context, name).in("uninstall '" + name + "'"); !done) failures.add(done.error());
  return failures.exit_code();
}

}  // namespace

void systemd_uninstall_command(Command& command, Context& context) {
  const auto names = std::make_shared<std::vector<std::string>>();
  command.words(*names, "NAME", "As they were installed", 1);
  command.run([&context, names] { return uninstall(context, *names); });
}

}  // namespace podrun::cli
