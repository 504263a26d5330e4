#include "runtime/shim/exit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/kernel/clock.h"
#include "runtime/model/layout.h"

namespace podrun::shim {
namespace {

std::string path_of(const std::string& key) { return "containers/" + key + ".exit"; }

Result<void> write_file(const Fd& box, const std::string& path, std::string_view text, mode_t mode) {
  const Fd file(::openat(box.get(), path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file) return Error::system(errno, "make '" + path + "'");
  return base::write_all(file.get(), text, "'" + path + "'");
}

// The container may be writing to it still, where others have it open too: what is there is what counts.
Result<void> write_message_file(const Fd& box, const std::string& key, const Fd& message) {
  char text[kMessageBytes];
  struct stat info {};
  if (::fstat(message.get(), &info) != 0) return {};
  const ssize_t size =
      ::pread(message.get(), text, sizeof(text), std::max<off_t>(info.st_size - static_cast<off_t>(sizeof(text)), 0));
  if (size <= 0) return {};
  return write_file(box, "containers/" + key + ".message", {text, static_cast<std::size_t>(size)}, 0640);
}

// In place first, then renamed: a reader sees the whole line or no file.
Result<void> write_exit_file(const Fd& box, const ExitNote& note) {
  const std::string path = path_of(note.key), temporary = path + ".tmp";
  TRY(write_file(box, temporary, note.line, 0644));
  if (::renameat(box.get(), temporary.c_str(), box.get(), path.c_str()) != 0)
    return Error::system(errno, "rename '" + temporary + "'");
  return {};
}

bool is_gone(const Fd& box) { return ::faccessat(box.get(), "containers", F_OK, 0) != 0 && errno == ENOENT; }

}  // namespace

ExitNote note_exit(const std::string& key, int status, Fd message) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const int code = signal != 0 ? 128 + signal : WEXITSTATUS(status);
  std::string line = std::to_string(code) + " " + std::to_string(signal) + " " + std::to_string(wall_time()) + "\n";
  return {key, std::move(line), std::move(message)};
}

Result<void> write_exit_files(const Fd& box, const ExitNote& note) {
  if (is_gone(box)) return {};
  if (note.message) TRY(write_message_file(box, note.key, note.message));
  return write_exit_file(box, note);
}
bool has_exit_file(const Fd& box, const std::string& key) {
  return ::faccessat(box.get(), path_of(key).c_str(), F_OK, 0) == 0;
}

}  // namespace podrun::shim
