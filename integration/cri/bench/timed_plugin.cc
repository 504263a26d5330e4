// A CNI plugin that runs another, and writes down how long that took: BIN/NAME runs BIN/../real/NAME and adds a line to
// BIN/../times, "CONTAINER COMMAND NANOSECONDS".
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

int main(int, char** argv) {
  const auto begin = std::chrono::steady_clock::now();
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe");
  const std::filesystem::path top = own.parent_path().parent_path();
  const std::string real = top / "real" / own.filename();
  pid_t child = 0;
  int status = 0;
  if (::posix_spawn(&child, real.c_str(), nullptr, nullptr, argv, environ) != 0) return 1;
  if (::waitpid(child, &status, 0) != child) return 1;
  const char* const container = std::getenv("CNI_CONTAINERID");
  const char* const command = std::getenv("CNI_COMMAND");
  if (container != nullptr && command != nullptr && *container != '\0') {
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begin;
    const std::string line = std::string(container) + " " + command + " " + std::to_string(took.count()) + "\n";
    const int file = ::open((top / "times").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return 1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
