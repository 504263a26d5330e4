// Of Boost.Process this takes vfork, exec and the error that comes back from a failed exec. The rest is ours, because
// of what was seen with 1.74: its pipes are not close-on-exec, so two plugins at once delay each other's end of file;
// limit_handles closes redirected descriptors; child::wait_for is not thread-safe; a child whose exec failed is not
// waited for.
#include "start_plugin.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

// Boost asks macros of a time when POSIX had vfork and later editions of it had not; the C library has it all along.
// Without it Boost declares the function that is to call vfork, and does not define it.
#define BOOST_POSIX_HAS_VFORK 1
#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/error.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/posix.hpp>
namespace bp = boost::process::v1;
#else
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
namespace bp = boost::process;
#endif

// A sanitizer has a vfork of its own, which knows the stacks of threads only, and not a keeper's.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CNI_INVOKER_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(CNI_INVOKER_SANITIZED)
#define CNI_INVOKER_USE_VFORK
#else
#define CNI_INVOKER_USE_VFORK , bp::posix::use_vfork
#endif

#include "cni/base/files.h"
#include "spawn_child.h"

namespace cni {
namespace {

// The handler Boost calls around vfork and exec.
struct Setup : bp::extend::handler {
  char** environment = nullptr;
  Child* child = nullptr;

  template <class Executor>
  void on_setup(Executor& executor) const {
    executor.env = environment;
  }
  template <class Executor>
  void on_exec_setup(Executor&) const {
    child->prepare();
  }
  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);
  }
};

struct CStrings {
  explicit CStrings(const Environment& environment) {
    for (const auto& [key, value] : environment) texts.push_back(key + "=" + value);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
  }
  std::vector<std::string> texts;
  std::vector<char*> pointers;
};

// What the kernel's words for a failed exec leave open: it says "No such file or directory" of a script whose
// interpreter is missing.
std::string cause_of(int error_number, const std::string& path) {
  switch (error_number) {
    case ENOENT:
      return base::path_exists(path) ? " (the file is there; the interpreter or loader that it names is not)" : "";
    case ENOEXEC:
      return " (it is neither a program for this machine nor a script that begins with #!)";
    case EACCES:
      return " (it is not executable, or on a filesystem mounted noexec)";
    default:
      return {};
  }
}

Error exec_failed(int error_number, const std::string& path) {
  return {base::kind_of(error_number), error_number, ::strerrordesc_np(error_number) + cause_of(error_number, path)};
}

}  // namespace

Result<pid_t> start_plugin(const Launch& launch) {
  const std::string& path = launch.request.path;
  CStrings environment(launch.request.environment);
  Child hook{.dies_with_keeper = launch.request.dies_with_us};
  Setup setup;
  setup.environment = environment.pointers.data();
  setup.child = &hook;
  try {
    std::error_code error;
    bp::child child(bp::exe = path, bp::posix::fd.bind(0, launch.input), bp::posix::fd.bind(1, launch.output),
                    bp::posix::fd.bind(2, launch.errors), setup, error CNI_INVOKER_USE_VFORK);
    const pid_t pid = child.id();
    child.detach();  // waiting is ours
    if (error) return exec_failed(error.value(), path);
    // Boost does not tell of every fork that failed. To kill(2) and waitpid(2), -1 is everybody.
    if (pid <= 0) return Error{Kind::internal, 0, "no process could be made"};
    if (hook.failed == nullptr) return pid;
    ::waitpid(pid, nullptr, 0);
    return Error::system(hook.error_number, hook.failed);
  } catch (const std::exception& exception) {
    return Error{Kind::internal, 0, exception.what()};
  }
}

}  // namespace cni
