#include "runtime/shim/exit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "runtime/kernel/clock.h"
#include "runtime/model/layout.h"

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

// The container may be writing to it still, where others have it open too: what is there is what counts.
void write_message_file(const Fd& box, const std::string& key, const Fd& message) {
  char text[kMessageBytes];
  struct stat info {};
  if (::fstat(message.get(), &info) != 0) return;
  const ssize_t size =
      ::pread(message.get(), text, sizeof(text), std::max<off_t>(info.st_size - static_cast<off_t>(sizeof(text)), 0));
  if (size <= 0) return;
  const std::string path = "containers/" + key + ".message";
  const Fd file(::openat(box.get(), path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file || ::write(file.get(), text, static_cast<std::size_t>(size)) != size)
    std::fprintf(stderr, "podrun-shim: keep the message of container '%s': %s\n", key.c_str(),
                 ::strerrordesc_np(errno));
}

bool has_exit_file(const Fd& box, const std::string& key) {
  return ::faccessat(box.get(), path_of(key).c_str(), F_OK, 0) == 0;
}

}  // namespace podrun::shim
