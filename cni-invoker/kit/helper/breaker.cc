#include "kit/helper/breaker.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/end_by.h"
#include "kit/src/trace/trace.h"

namespace cni::kit {
namespace {

struct Breaking {
  std::string harm;
  int step = 0;
  int seen = 0;
  std::string at;  // which step it was
  bool is_begun = false;

  Then visit(const Stop& stop) {
    if (!stop.call) is_begun = true;  // by its exec the program has become the plugin
    if (!stop.call || !is_begun || !is_seen(stop.pid, *stop.call) || ++seen != step) return Then::go_on;
    at = name_of(stop.pid) + ": " + describe(stop.pid, *stop.call);
    if (harm == "kill") return Then::kill_all;
    if (harm == "netns") take_away_netns();
    return Then::go_on;
  }

  static std::string name_of(pid_t pid) {
    const std::string name = base::read_file("/proc/" + std::to_string(pid) + "/comm").value_or("");
    return name.substr(0, name.find('\n'));
  }

  static void take_away_netns() {
    const char* path = std::getenv("CNI_NETNS");
    if (path == nullptr) return;
    ::umount2(path, MNT_DETACH);
    ::unlink(path);
  }
};

// Waits until it is watched, which is the end of the pipe.
[[noreturn]] void become(const std::string& program, const std::array<Fd, 2>& pipe) {
  ::close(pipe[1].get());
  char byte = 0;
  static_cast<void>(!::read(pipe[0].get(), &byte, 1));
  ::execl(program.c_str(), program.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

Result<int> break_program(const std::vector<std::string>& words) {
  if (words.size() != 4) return Error{Kind::invalid, 0, "give HARM STEP LOG PROGRAM"};
  Breaking breaking{.harm = words[0], .step = std::atoi(words[1].c_str()), .at = {}};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  std::array<Fd, 2> pipe{Fd(ends[0]), Fd(ends[1])};
  const pid_t program = ::fork();
  if (program < 0) return Error::system(errno, "start '" + words[3] + "'");
  if (program == 0) become(words[3], pipe);
  const auto status = trace(
      program, {.children = true}, [&] { pipe[1].reset(); }, [&](const Stop& stop) { return breaking.visit(stop); });
  TRY(base::write_file_durably(words[2], std::to_string(breaking.seen) + "\n" + breaking.at));
  if (!status && breaking.at.empty()) {
    ::kill(program, SIGKILL);
    return Error{Kind::unsupported, 0, "watch '" + words[3] + "': ptrace(2) is not to be had"};
  }
  if (!status) end_by(SIGKILL);
  if (WIFSIGNALED(*status)) end_by(WTERMSIG(*status));
  return WEXITSTATUS(*status);
}

}  // namespace cni::kit
