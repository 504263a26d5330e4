#include "runtime/cli/own_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "runtime/kernel/mounts.h"
#include "runtime/sandbox/exec.h"

namespace podrun::cli {

Result<void> go_on_read_only() {
  if (runs_read_only()) return {};
  const Fd self = TRY(mounts::read_only_program("/proc/self/exe"));
  std::string words = TRY(base::read_file("/proc/self/cmdline"));
  std::vector<char*> args;
  for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1) args.push_back(words.data() + at);
  args.push_back(nullptr);
  ::execveat(self.get(), "", args.data(), environ, AT_EMPTY_PATH);
  return Error::system(errno, "run podrun from a read-only mount");
}

}  // namespace podrun::cli
