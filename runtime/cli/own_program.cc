#include "runtime/cli/own_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <variant>

#include "base/files.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/program.h"
#include "runtime/sandbox/exec.h"

namespace podrun::cli {

Result<void> go_on_read_only() {
  if (runs_read_only()) return {};
  const Fd self = TRY(mounts::read_only_program("/proc/self/exe"));
  std::string words = TRY(base::read_file("/proc/self/cmdline"));
  std::vector<char*> args;
  for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1) args.push_back(words.data() + at);
  args.push_back(nullptr);
  std::string path = TRY(own_path());  // there it has none, and may have to tell the shim's
  args.front() = path.data();
  ::execveat(self.get(), "", args.data(), environ, AT_EMPTY_PATH);
  return Error::system(errno, "run podrun from a read-only mount");
}

Result<void> be_ready_to_end(const Context& context, const std::vector<PodTarget>& pods) {
  if (runs_read_only()) return {};
  const Store store = context.store();
  const auto is_entered = [](const ContainerRecord& container) {
    const auto& pre_stop = container.plan.hooks.pre_stop;
    return pre_stop && std::holds_alternative<ExecAction>(*pre_stop);
  };
  for (const PodTarget& target : pods) {
    const auto id = store.find(target.name_space, target.name);
    const auto pod = id ? store.load_whole(*id) : id.error();
    // What is wrong with one is told by whoever ends it.
    if (pod && pod->record.plan.namespaces.host_users &&
        std::any_of(pod->containers.begin(), pod->containers.end(), is_entered))
      return go_on_read_only();
  }
  return {};
}

}  // namespace podrun::cli
