#include "runtime/init/payload.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/kernel/apparmor.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/inside.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/model/program.h"

namespace podrun::init {
namespace {

// By a descriptor of the directory: a path of procfs's magic links would lead out of the root, as a descriptor that was
// left open would (CVE-2024-21626).
Result<void> enter_cwd(const std::string& cwd, bool makes_it) {
  const std::string step = "enter working directory '" + cwd + "'";
  if (!cwd.starts_with('/')) return Error{Kind::invalid, 0, step + ": not absolute"};
  const Fd dir =
      TRY((makes_it ? make_inside(AT_FDCWD, cwd, false) : open_inside(AT_FDCWD, cwd, O_PATH | O_DIRECTORY)).in(step));
  return ::fchdir(dir.get()) == 0 ? Result<void>() : Error::system(errno, step);
}

// A directory outside the root reads as "(unreachable)/…": never run a payload there.
Result<void> check_cwd(const std::string& cwd) {
  char here[PATH_MAX];
  if (::syscall(SYS_getcwd, here, sizeof(here)) < 0 || here[0] != '/')
    return Error{Kind::denied, 0, "enter working directory '" + cwd + "': it is outside of the root filesystem"};
  return {};
}

// EINVAL: the user namespace has no such id.
Error cannot_become(int error_number, const std::string& whom) {
  if (error_number != EINVAL) return Error::system(error_number, "become " + whom);
  return {Kind::invalid, EINVAL,
          "become " + whom + ": the pod's user namespace has the ids 0 to 65535 (hostUsers: true has them all)"};
}

Result<void> set_user(const Process& process) {
  const std::vector<gid_t> groups(process.groups.begin(), process.groups.end());
  if (::setgroups(groups.size(), groups.data()) != 0) return Error::system(errno, "set supplementary groups");
  if (::setresgid(process.gid, process.gid, process.gid) != 0)
    return cannot_become(errno, "group " + std::to_string(process.gid));
  if (::setresuid(process.uid, process.uid, process.uid) != 0)
    return cannot_become(errno, "user " + std::to_string(process.uid));
  return {};
}

Result<std::string> check_program(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Error::system(errno, "find program '" + path + "'");
  if (S_ISDIR(info.st_mode)) return Error{Kind::denied, EISDIR, "run '" + path + "': it is a directory"};
  if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0)
    return Error{Kind::denied, errno, "run '" + path + "': it is not executable for this user"};
  return path;
}

}  // namespace

Result<void> become_namespace_root() {
  if (::setgroups(0, nullptr) != 0 || ::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
    return Error::system(errno, "become root of the user namespace");
  return {};
}

Result<void> install_stdio(const std::vector<Fd>& streams) {
  for (int target = 0; target < 3; ++target) {
    const int source = streams[static_cast<std::size_t>(target)].get();
    if (::dup2(source, target) < 0) return Error::system(errno, "install standard stream " + std::to_string(target));
  }
  return {};
}

Result<Terminal> make_terminal(std::uint32_t uid, std::uint32_t gid) {
  // The container may have put anything at these paths: only what is on a devpts is opened.
  const Fd dir = TRY(open_inside(AT_FDCWD, "/dev/pts", O_PATH | O_DIRECTORY));
  struct statfs filesystem {};
  if (::fstatfs(dir.get(), &filesystem) != 0 || filesystem.f_type != DEVPTS_SUPER_MAGIC)
    return Error{Kind::denied, 0, "open '/dev/pts': it is not a devpts"};
  open_how how{};
  how.flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  Terminal made;
  made.master.reset(static_cast<int>(::syscall(SYS_openat2, dir.get(), "ptmx", &how, sizeof(how))));
  if (!made.master) return Error::system(errno, "open '/dev/pts/ptmx'");
  int unlock = 0;
  if (::ioctl(made.master.get(), TIOCSPTLCK, &unlock) != 0) return Error::system(errno, "unlock the terminal");
  made.slave.reset(::ioctl(made.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!made.slave) return Error::system(errno, "open the terminal");
  if (::fchown(made.slave.get(), uid, gid) != 0) return Error::system(errno, "give the terminal to its user");
  return made;
}

Result<void> take_terminal(Fd slave) {
  if (::ioctl(slave.get(), TIOCSCTTY, 0) != 0) return Error::system(errno, "take the terminal");
  for (int target = 0; target < 3; ++target)
    if (::dup2(slave.get(), target) < 0) return Error::system(errno, "install the terminal");
  return {};
}

void stay_undumpable() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

Result<void> become_user(const Plan& plan, bool makes_cwd) {
  const Process& process = plan.process;
  unblock_signals();
  // As root, who may enter what the user may not, such as a /root of mode 0700; and as the user where even root may
  // not, as on a FUSE filesystem of the user's. Other runtimes have it so.
  auto entered = enter_cwd(process.cwd, makes_cwd);
  if (!entered && entered.error().kind != Kind::denied) return entered;
  if (process.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return Error::system(errno, "set no_new_privs");
  // Without no_new_privs a filter needs CAP_SYS_ADMIN, which is about to go.
  if (!process.no_new_privileges && !plan.seccomp.empty()) TRY(seccomp::install(plan.seccomp));
  TRY(capabilities::limit_bounding_set(process.capabilities));
  if (process.ambient != 0) TRY(capabilities::keep_through_change());
  TRY(set_user(process));
  TRY(capabilities::apply(process.capabilities, process.ambient));
  stay_undumpable();
  if (!entered) TRY(enter_cwd(process.cwd, makes_cwd));
  return check_cwd(process.cwd);
}

Result<void> confine(const Plan& plan) {
  const std::string& profile = plan.process.apparmor_profile;
  return profile.empty() ? Result<void>() : apparmor::change_on_exec(profile);
}

Result<void> install_seccomp(const Plan& plan) {
  if (!plan.process.no_new_privileges || plan.seccomp.empty()) return {};
  return seccomp::install(plan.seccomp);
}

Result<std::string> find_program(const Process& process) {
  const std::string& name = process.args.front();
  if (name.find('/') != std::string::npos) return check_program(name);
  Error failure = no_such_program(process);
  for (const std::string& place : places_of_program(process)) {
    if (auto found = check_program(place))
      return found;
    else if (found.error().kind == Kind::denied)
      failure = std::move(found).error();
  }
  return failure;
}

Error execute(const Process& process, const std::string& path, int program) {
  std::vector<std::string> strings;
  strings.reserve(process.env.size());
  for (const auto& [name, value] : process.env) strings.push_back(name + "=" + value);
  // execve(2) reads its strings only; its type predates const.
  std::vector<char*> args, env;
  for (const auto& arg : process.args) args.push_back(const_cast<char*>(arg.c_str()));
  for (auto& one : strings) env.push_back(one.data());
  args.push_back(nullptr);
  env.push_back(nullptr);

  if (path.empty())
    ::execveat(program, "", args.data(), env.data(), AT_EMPTY_PATH);
  else
    ::execve(path.c_str(), args.data(), env.data());
  return Error::system(errno, "run '" + (path.empty() ? process.args.front() : path) + "'");
}

}  // namespace podrun::init
