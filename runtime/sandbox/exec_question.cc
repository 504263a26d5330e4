#include "runtime/sandbox/exec_question.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/exec.h"

namespace podrun {
namespace {

constexpr std::size_t kKept = 1024;                 // bytes of what it prints
constexpr std::int64_t kPause = 20'000'000;         // nanoseconds
constexpr int kReadsAtOnce = 16;                    // of one that prints without end
constexpr std::chrono::seconds kKilledPatience{1};  // with one that has been killed

// What a person is shown of it: one line.
std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

class Exec : public probe::Question {
 public:
  Exec(Session session, const PodRecord& pod, const ContainerRecord& container, std::int64_t until)
      : session_(std::move(session)),
        pid_(pid_of(session_.pidfd.get())),
        cgroup_path_(pod.plan.cgroup_path),
        container_(container.plan.cgroup),
        until_(until) {}
  ~Exec() override { kill(); }

  void await(probe::Wait& wait) const override {
    // Of what nobody is shown a little is read now and then: enough for who prints a lot, and no processor's worth of
    // it.
    if (said_.size() >= kKept)
      wait.at_most_until(boot_time() + kPause);
    else if (session_.out)
      wait.for_fd(session_.out.get(), POLLIN);
    wait.for_fd(session_.pidfd.get(), POLLIN);
    if (until_ != 0) wait.at_most_until(until_);
  }

  bool go_on() override {
    read();
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(session_.pidfd.get()), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
      is_reaped_ = true;
      read();  // what it said last; what it has left running may go on saying
      return judge(info);
    }
    if (until_ == 0 || boot_time() < until_) return false;
    kill();
    return fail(with_output("no exit in time"));
  }

 private:
  void read() {
    char buffer[4096];
    for (int reads = 0; session_.out && reads < kReadsAtOnce; ++reads) {
      const ssize_t got = ::read(session_.out.get(), buffer, sizeof(buffer));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) session_.out.reset();
      if (got > 0 && said_.size() < kKept)
        said_.append(buffer, std::min(static_cast<std::size_t>(got), kKept - said_.size()));
    }
  }

  bool judge(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED && info.si_status == 0) return answer({.succeeded = true, .failure = {}});
    return fail(with_output((info.si_code == CLD_EXITED ? "exit status " : "ended by signal ") +
                            std::to_string(info.si_status)));
  }

  std::string with_output(const std::string& what) const {
    const std::string said = one_line(said_);
    return said.empty() ? what : what + ": " + said;
  }

  // And takes it from the table of processes. Who hangs in the kernel, or is traced, is not waited for.
  void kill() {
    if (is_reaped_) return;
    send_signal(session_.pidfd.get(), SIGKILL);
    if (auto host = CgroupHost::discover(); host && pid_ > 0)
      Cgroup(std::move(*host), cgroup_path_).kill_session(container_, pid_);
    (void)wait_for_exit(session_.pidfd.get(), kKilledPatience);
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(session_.pidfd.get()), &info, WEXITED | WNOHANG);
    is_reaped_ = true;
  }

  Session session_;
  pid_t pid_;
  std::string cgroup_path_;
  std::string container_;
  std::int64_t until_;
  std::string said_;
  bool is_reaped_ = false;
};

}  // namespace

std::unique_ptr<probe::Question> ask_exec(const PodRecord& pod, const ContainerRecord& container,
                                          const ExecAction& action, std::int64_t until) {
  ExecOptions options;
  options.command = action.command;
  options.one_output = true;
  auto session = start_exec(pod, container, options);
  if (!session) return probe::answered({.succeeded = false, .failure = session.error().what});
  return std::make_unique<Exec>(std::move(*session), pod, container, until);
}

}  // namespace podrun
