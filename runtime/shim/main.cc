// podrun-shim: one a pod, parent of pause and of every container. Clones on request, reaps, keeps exit codes, writes
// logs. One thread; links init, kernel and base alone. Started by podrun only, in the pod's `aux` cgroup, in a session
// of its own.
#include <elf.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/files.h"
#include "runtime/init/handshake.h"
#include "runtime/kernel/capabilities.h"
#include "runtime/kernel/cgroup_end.h"
#include "runtime/kernel/channel.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/kernel/wire.h"
#include "runtime/shim/launch.h"

namespace podrun::shim {
namespace {

// A shim sleeps for nearly all of its life, so what counts is the memory it sleeps with. The pages of its program that
// only starting a pod needed go back to the page cache; those needed again come one fault at a time.
void give_back_program_pages() {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto* const headers = reinterpret_cast<const Elf64_Phdr*>(::getauxval(AT_PHDR));
  for (unsigned long i = 0; i < ::getauxval(AT_PHNUM); ++i) {
    const auto& header = headers[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = header.p_vaddr & ~(page - 1);  // not position-independent: addresses are final
    ::madvise(reinterpret_cast<void*>(begin), header.p_vaddr + header.p_memsz - begin, MADV_DONTNEED);
  }
}

constexpr int kBusyFor = 1000;  // milliseconds after which nothing more is expected soon
constexpr int kKillAgain = 20;  // milliseconds

class Server {
 public:
  Server(Channel control, Fd box, Fd signals)
      : control_(std::move(control)), box_(std::move(box)), signals_(std::move(signals)) {}

  // Until nobody is left to look after: no child and no client.
  void serve() {
    while (control_ || !children_.empty() || !ending_.empty()) {
      wait_for_something();
      for (Child& child : children_)
        if (child.log) child.log->pump();
      reap();
      std::erase_if(ending_, [](const std::string& cgroup) { return kill_once(cgroup); });
      answer();
    }
  }

 private:
  void wait_for_something() {
    polled_.assign({{signals_.get(), POLLIN, 0}, {control_.fd(), POLLIN, 0}});
    for (const Child& child : children_) {
      if (!child.log) continue;
      polled_.push_back({child.log->out(), POLLIN, 0});  // poll(2) passes over -1
      polled_.push_back({child.log->err(), POLLIN, 0});
    }
    if (::poll(polled_.data(), polled_.size(), ending_.empty() ? kBusyFor : kKillAgain) != 0 || !ending_.empty())
      return;
    give_back_program_pages();
    ::poll(polled_.data(), polled_.size(), -1);
  }

  void reap() {
    if ((polled_[0].revents & POLLIN) == 0) return;
    signalfd_siginfo signal{};
    while (::read(signals_.get(), &signal, sizeof(signal)) > 0) {
    }
    // A container in a shared pid namespace can make children of ours (CLONE_PARENT): they end unnoticed.
    for (Ended ended; (ended = next_ended(-1, WNOHANG | __WALL)).pid > 0;) {
      const auto child =
          std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == ended.pid; });
      if (child == children_.end()) continue;
      if (child->log) child->log->pump();
      if (!child->cgroup.empty()) ending_.push_back(std::move(child->cgroup));
      if (!child->key.empty())
        write_exit_file(child->key, ended.status);
      else
        pause_ = -1;
      children_.erase(child);
    }
  }

  // In place first, then renamed: a reader sees the whole line or no file.
  void write_exit_file(const std::string& key, int status) const {
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const int code = signal != 0 ? 128 + signal : WEXITSTATUS(status);
    char line[64];
    const int size =
        std::snprintf(line, sizeof(line), "%d %d %lld\n", code, signal, static_cast<long long>(wall_time()));
    const std::string path = "containers/" + key + ".exit";
    const std::string temporary = path + ".tmp";
    const Fd file(::openat(box_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file || ::write(file.get(), line, static_cast<std::size_t>(size)) != size ||
        ::renameat(box_.get(), temporary.c_str(), box_.get(), path.c_str()) != 0)
      std::fprintf(stderr, "podrun-shim: keep the exit code of container '%s': %s\n", key.c_str(),
                   ::strerrordesc_np(errno));
  }

  void answer() {
    if (!control_ || (polled_[1].revents & (POLLIN | POLLHUP)) == 0) return;
    auto request = control_.receive(std::chrono::milliseconds(0));
    if (!request) return settle();  // the client is done with us, or gone
    auto child = launch_requested(std::move(*request));
    Result<void> answered = {};
    if (child) {
      answered = control_.send(number(MessageType::launched), wire::write(Launched{child->pid}), {child->pidfd.get()});
      if (child->key.empty()) pause_ = child->pidfd.get();
      children_.push_back(std::move(*child));
    } else {
      answered = control_.send(number(MessageType::error), init::pack(child.error()));
    }
    if (!answered) settle();
  }

  // Nothing will be made any more, and what is left to do needs no privilege but to be root, whose files are root's: a
  // container that found a hole in us would find little behind it.
  void settle() {
    control_.close();
    const bool ends_cgroups =
        std::any_of(children_.begin(), children_.end(), [](const Child& child) { return !child.cgroup.empty(); });
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    auto settled = capabilities::apply(ends_cgroups ? capabilities::Set{1} << CAP_KILL : 0);
    if (settled) settled = seccomp::install(seccomp::shim_profile());
    if (!settled) std::fprintf(stderr, "podrun-shim: give up what is not needed: %s\n", settled.error().what.c_str());
  }

  Result<Child> launch_requested(Message message) const {
    if (message.type != number(MessageType::launch))
      return Error{Kind::internal, 0, "answer a client: unknown request"};
    const Launch request = TRY(wire::read<Launch>(message.body));
    return launch(request, std::move(message.fds), pause_);
  }

  static constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

  Channel control_;
  Fd box_;
  Fd signals_;
  std::vector<Child> children_;
  std::vector<pollfd> polled_;
  std::vector<std::string> ending_;  // cgroups of containers that ended, while somebody may be left in them
  int pause_ = -1;                   // pidfd, owned by its Child
};

Result<Fd> take_signals() {
  // Nothing but SIGKILL ends the shim before its pod; podrun ends both through the cgroup.
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  Fd fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return Error::system(errno, "take signals");
  return fd;
}

}  // namespace
}  // namespace podrun::shim

int main() {
  using namespace podrun;
  // What init does in our children starts here: nobody in a pod may trace a process that is joining it (CVE-2016-9962).
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (::fcntl(shim::kControl, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(shim::kBox, F_SETFD, FD_CLOEXEC) != 0) {
    std::fprintf(stderr, "podrun-shim: started by podrun for each pod, not by hand; see podrun-shim(8)\n");
    return 2;
  }
  ::close_range(shim::kBox + 1, ~0U, 0);  // locks and pipes of whoever made the pod must not live as long as it does
  clean_slate();
  // As Kubernetes gives it to pause: a pod must not end because a neighbour eats memory. Without CAP_SYS_RESOURCE it is
  // refused; podrun says so.
  (void)set_oom_score_adj(-998);
  auto signals = shim::take_signals();
  if (!signals) {
    std::fprintf(stderr, "podrun-shim: %s\n", signals.error().what.c_str());
    return 1;
  }
  shim::Server(Channel(Fd(shim::kControl)), Fd(shim::kBox), std::move(*signals)).serve();
  return 0;
}
