#include "runtime/cli/op_exec.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "runtime/cli/own_program.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/channel.h"
#include "runtime/sandbox/attach.h"
#include "runtime/sandbox/exec.h"
#include "runtime/sandbox/localhost.h"
#include "runtime/sandbox/planned_pod.h"

namespace podrun::cli {
namespace {

constexpr int kSocket = 3;
constexpr std::uint32_t kHanded = 1;
constexpr std::size_t kArgumentsLimit = 16U << 20U;
constexpr std::chrono::seconds kKilledPatience{2};
constexpr int kConnectPatience = 10'000;  // milliseconds

struct Hand {
  std::string letters;
  std::vector<int> fds;

  void add(char letter, const Fd& fd) {
    if (!fd) return;
    letters += letter;
    fds.push_back(fd.get());
  }
};

Result<nlohmann::json> read_options() {
  auto options = nlohmann::json::parse(TRY(base::read_all(STDIN_FILENO, "stdin", kArgumentsLimit)), nullptr, false);
  if (!options.is_object()) return Error{Kind::invalid, 0, "read the request: it is no JSON object"};
  return options;
}

int code_of(const siginfo_t& info) { return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status; }

// Whoever asked has gone, or has waited long enough.
void kill_all_of(const Session& session, const PodRecord& pod, const ContainerRecord& container) {
  const pid_t pid = pid_of(session.pidfd.get());
  send_signal(session.pidfd.get(), SIGKILL);
  if (auto host = CgroupHost::discover(); host && pid > 0)
    Cgroup(std::move(*host), pod.plan.cgroup_path).kill_session(container.plan.cgroup, pid);
  (void)wait_for_exit(session.pidfd.get(), kKilledPatience);
}

nlohmann::json await_end(const Session& session, const PodRecord& pod, const ContainerRecord& container) {
  std::array<pollfd, 2> events{{{session.pidfd.get(), POLLIN, 0}, {kSocket, POLLIN, 0}}};
  while (::poll(events.data(), events.size(), -1) < 0 && errno == EINTR) {
  }
  const bool in_time = events[0].revents != 0;
  if (!in_time) kill_all_of(session, pod, container);
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(session.pidfd.get()), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return nlohmann::json{{"killed", true}};
  return in_time ? nlohmann::json{{"code", code_of(info)}} : nlohmann::json{{"killed", true}};
}

}  // namespace

Result<nlohmann::json> op_exec(Host& host, const std::vector<std::string>& words) {
  const PodRecord pod = TRY(host.store.load(words.at(1)));
  const ContainerRecord container = TRY(find_planned_container(host.store, words.at(1), words.at(2)));
  if (pod.plan.namespaces.host_users) TRY(go_on_read_only());
  const nlohmann::json asked = TRY(read_options());
  ExecOptions options;
  options.command = asked.value("args", std::vector<std::string>{});
  options.terminal = asked.value("tty", false);
  options.interactive = asked.value("stdin", false);
  const Channel socket{Fd(kSocket)};
  auto started = start_exec(pod, container, options);
  // NOT_FOUND is for containers, which are gone then: a kubelet would look no further.
  if (!started && dynamic_cast<const CommandCannotRun*>(started.error().detail.get()) != nullptr)
    return Error{Kind::internal, started.error().error_number, started.error().what};
  Session session = TRY(std::move(started));
  Hand hand;
  hand.add('i', session.in);
  hand.add(session.terminal ? 't' : 'o', session.out);
  hand.add('e', session.err);
  TRY(socket.send(kHanded, hand.letters, hand.fds));
  session.in.reset();
  session.out.reset();
  session.err.reset();
  return await_end(session, pod, container);
}

Result<nlohmann::json> op_attach(Host& host, const std::vector<std::string>& words) {
  const PodRecord pod = TRY(host.store.load(words.at(1)));
  const ContainerRecord container = TRY(find_planned_container(host.store, words.at(1), words.at(2)));
  const nlohmann::json asked = TRY(read_options());
  const Channel socket{Fd(kSocket)};
  const Attachment attachment = TRY(attach(host, pod, container.plan, asked.value("stdin", false)));
  Hand hand;
  hand.add('c', attachment.connection);
  hand.add('o', attachment.out);
  hand.add('e', attachment.err);
  hand.add(attachment.terminal ? 't' : 'i', attachment.in);
  TRY(socket.send(kHanded, hand.letters, hand.fds));
  return nlohmann::json{{"tty", attachment.terminal}};
}

Result<nlohmann::json> op_dial(Host& host, const std::vector<std::string>& words) {
  std::uint16_t port = 0;
  const std::string& text = words.at(2);
  if (std::from_chars(text.data(), text.data() + text.size(), port).ptr != text.data() + text.size())
    return Error{Kind::invalid, 0, "'" + text + "' is no port"};
  const PodRecord pod = TRY(host.store.load(words.at(1)));
  const Channel socket{Fd(kSocket)};
  LocalhostConnection connection = TRY(LocalhostConnection::begin(pod, port));
  while (!TRY(connection.stands())) {
    pollfd event{connection.fd(), POLLOUT, 0};
    if (::poll(&event, 1, kConnectPatience) == 0) return Error{Kind::timeout, ETIMEDOUT, "connect to port " + text};
  }
  const Fd connected = std::move(connection).take();
  TRY(socket.send(kHanded, "s", {connected.get()}));
  return nlohmann::json::object();
}

}  // namespace podrun::cli
