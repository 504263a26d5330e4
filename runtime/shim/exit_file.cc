#include "runtime/shim/exit_file.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "runtime/kernel/clock.h"

namespace podrun::shim {
namespace {

std::string path_of(const std::string& key) { return "containers/" + key + ".exit"; }

}  // namespace

// In place first, then renamed: a reader sees the whole line or no file.
void write_exit_file(const Fd& box, const std::string& key, int status) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const int code = signal != 0 ? 128 + signal : WEXITSTATUS(status);
  char line[64];
  const int size = std::snprintf(line, sizeof(line), "%d %d %lld\n", code, signal, static_cast<long long>(wall_time()));
  const std::string path = path_of(key);
  const std::string temporary = path + ".tmp";
  const Fd file(::openat(box.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file || ::write(file.get(), line, static_cast<std::size_t>(size)) != size ||
      ::renameat(box.get(), temporary.c_str(), box.get(), path.c_str()) != 0)
    std::fprintf(stderr, "podrun-shim: keep the exit code of container '%s': %s\n", key.c_str(),
                 ::strerrordesc_np(errno));
}

bool has_exit_file(const Fd& box, const std::string& key) {
  return ::faccessat(box.get(), path_of(key).c_str(), F_OK, 0) == 0;
}

}  // namespace podrun::shim
