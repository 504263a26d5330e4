#include "runtime/shim/launch.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "runtime/init/run.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/process.h"

namespace podrun::shim {
namespace {

// What the process in between tells us: one page that it shares with us, made once.
struct Report {
  pid_t pid;  // of the container; 0 on failure
  Kind kind;
  int error_number;
  char what[512];
};

Report* shared_report() {
  static void* const page = ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? nullptr : static_cast<Report*>(page);
}

struct Sent {
  Channel channel;
  Fd cgroup;
  std::vector<Fd> tasks;
  Fd pids;
  std::optional<Output> output;
  Fd input;
  Fd message;
};

// Takes descriptors one after another; one that is missing is an empty one.
class Taken {
 public:
  explicit Taken(std::vector<Fd> fds) : fds_(std::move(fds)) {}
  Fd next() { return taken_++ < fds_.size() ? std::move(fds_[taken_ - 1]) : Fd(); }
  bool were_all() const { return taken_ == fds_.size(); }

 private:
  std::vector<Fd> fds_;
  std::size_t taken_ = 0;
};

Result<Sent> sort_out(const Launch& request, std::vector<Fd> fds) {
  Taken taken(std::move(fds));
  Sent sent;
  sent.channel = Channel(taken.next());
  if (request.into_cgroup) sent.cgroup = taken.next();
  for (std::uint32_t i = 0; i < request.v1_tasks; ++i) sent.tasks.push_back(taken.next());
  if (request.into_pids) sent.pids = taken.next();
  if (request.logged) {
    Log log = TRY(Log::open(taken.next(), request.log_name, request.log));
    Fd out = request.terminal ? Fd() : taken.next();
    Fd err = request.terminal ? Fd() : taken.next();
    sent.output.emplace(std::move(log), std::move(out), std::move(err));
  }
  if (request.has_input) sent.input = taken.next();
  if (request.has_message) sent.message = taken.next();
  if (!taken.were_all()) return Error{Kind::internal, 0, "launch a process: the descriptors are not as announced"};
  return sent;
}

// What clone3(2) and setns(2) mean by their error numbers, when it is about namespaces.
Error explain(Error error) {
  if (error.error_number == ENOSPC)
    error = {Kind::unsupported, ENOSPC, error.what + " (a limit in /proc/sys/user/max_*_namespaces is reached)"};
  if (error.error_number == EINVAL || error.error_number == ENOSYS)
    error = {Kind::unsupported, error.error_number, error.what + " (this kernel lacks one of the seven namespaces)"};
  return error;
}

Result<Child> launch_pause(const Launch& request, Sent sent) {
  Child child;
  auto pid = clone_process(request.fresh, &child.pidfd);
  if (!pid) return explain(std::move(pid).error().in("make the pod's namespaces"));
  child.pid = *pid;
  if (child.pid == 0) init::run(std::move(sent.channel));
  return child;
}

Result<pid_t> pass_through(const Launch& request, Sent& sent, int pause) {
  // The shim is spared by the OOM killer, and pause with it; a payload is not. Here, because inside of the user
  // namespace an undumpable process may not even write to its own file.
  TRY(set_oom_score_adj(request.oom_score_adj));
  fresh_keyring();  // a container shares its keys with nobody
  for (const Fd& tasks : sent.tasks)
    if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the container's cgroup");
  // As the host's root, and for its child alone: this process stays where nobody inside can see it.
  if (sent.pids && ::setns(sent.pids.get(), CLONE_NEWPID) != 0)
    return errno == ESRCH ? Error{Kind::not_found, ESRCH, "join a container's pid namespace: the container has ended"}
                          : Error::system(errno, "join a container's pid namespace");
  return init::enter_pod(pause, request.join, request.fresh, std::move(sent.channel));
}

Result<Child> launch_container(const Launch& request, Sent sent, int pause) {
  Report* const report = shared_report();
  if (report == nullptr) return Error::system(errno, "map a page");
  *report = {};
  Fd between_pidfd;
  const pid_t between = TRY(clone_process(0, &between_pidfd, sent.cgroup ? sent.cgroup.get() : -1));
  if (between == 0) {
    auto pid = pass_through(request, sent, pause);
    if (pid) {
      report->pid = *pid;
    } else {
      report->kind = pid.error().kind;
      report->error_number = pid.error().error_number;
      ::strncpy(report->what, pid.error().what.c_str(), sizeof(report->what) - 1);
    }
    ::_exit(0);
  }
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(between), &info, WEXITED) != 0 && errno == EINTR) {
  }
  if (report->pid == 0) {
    if (report->what[0] == '\0') return Error{Kind::internal, 0, "launch a container: the process in between died"};
    return Error{report->kind, report->error_number, report->what};
  }
  Child child;
  child.pid = report->pid;
  child.key = request.key;
  if ((request.fresh & CLONE_NEWPID) == 0) child.cgroup = request.cgroup;
  child.output = std::move(sent.output);
  child.terminal = request.terminal;
  child.input = std::move(sent.input);
  child.input_once = request.input_once;
  child.message = std::move(sent.message);
  // It is our own child, not waited for yet: the pid cannot be anybody else's.
  child.pidfd = open_pidfd(child.pid);
  if (!child.pidfd) return Error::system(errno, "open the container's process");
  return child;
}

}  // namespace

Result<Child> launch(const Launch& request, std::vector<Fd> fds, int pause) {
  Sent sent = TRY(sort_out(request, std::move(fds)));
  // init makes its root in the mount namespace that it finds itself in, and names the host of its UTS namespace.
  if ((request.fresh & CLONE_NEWNS) == 0 || (request.role == init::Role::pause && (request.fresh & CLONE_NEWUTS) == 0))
    return Error{Kind::internal, 0, "launch a process: it is to have namespaces of its own"};
  if (request.role == init::Role::pause) return launch_pause(request, std::move(sent));
  if (pause < 0) return Error{Kind::internal, 0, "launch a container: the pod has no pause"};
  return launch_container(request, std::move(sent), pause);
}

}  // namespace podrun::shim
