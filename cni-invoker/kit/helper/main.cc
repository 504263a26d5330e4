// cni-kit-plugin: the plugins that `podrun cni test` brings along, in one program. What it is its name says: kit-first,
// which makes the interface that a chained plugin changes, or kit-ipam, which an interface plugin calls. Each writes
// down how it was called, and answers as the check's script says, or does its work (places.h). In the directory of
// those who are watched it runs the plugin of its name, and writes down what that makes (watch.h). In one of delegates
// it runs it as whoever listens there says (delegate.h). As kit-break it runs a plugin and does harm to it (breaker.h).
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/breaker.h"
#include "kit/helper/delegate.h"
#include "kit/helper/places.h"
#include "kit/helper/plugins.h"
#include "kit/helper/script.h"
#include "kit/helper/watch.h"

namespace cni::kit {
namespace {

// stdin once more, for the plugin proper.
Result<void> put_back(const std::string& input) {
  const Fd memory(::memfd_create("stdin", MFD_CLOEXEC));
  if (!memory) return Error::system(errno, "keep stdin");
  TRY(base::write_all(memory.get(), input, "stdin"));
  if (::lseek(memory.get(), 0, SEEK_SET) != 0 || ::dup2(memory.get(), 0) != 0)
    return Error::system(errno, "put stdin back");
  return {};
}

Result<int> run(const std::string& name) {
  const auto plugin = name == kFirstPlugin ? first_plugin() : name == kIpamPlugin ? ipam_plugin() : nullptr;
  if (!plugin)
    return Error{Kind::invalid, 0, "this is a part of 'podrun cni test', which runs it; it is of no use by itself"};
  const std::string input = TRY(base::read_all(0, "stdin"));
  TRY(tell_call(name, input));
  if (const auto status = TRY(answer_by_script(name))) return *status;
  TRY(put_back(input));
  return run_plugin(*plugin);
}

}  // namespace
}  // namespace cni::kit

int main(int count, char** arguments) {
  const std::string_view path(arguments[0] == nullptr ? "" : arguments[0]);
  const std::string name(path.substr(path.rfind('/') + 1));
  const auto status = cni::kit::is_watching(path)   ? cni::kit::watch(std::string(path))
                      : cni::kit::is_delegate(path) ? cni::kit::run_delegate(std::string(path))
                      : name == cni::kit::kBreaker  ? cni::kit::break_program({arguments + 1, arguments + count})
                                                    : cni::kit::run(name);
  if (status) return *status;
  std::fprintf(stderr, "%s: %s\n", name.c_str(), status.error().what.c_str());
  return 2;
}
