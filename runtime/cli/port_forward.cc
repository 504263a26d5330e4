// podrun port-forward: ports of this machine that lead to a pod's localhost, until a signal or the pod's end.
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <list>
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/forward_ports.h"
#include "runtime/cli/forwarded.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/pods.h"
#include "runtime/kernel/open_files.h"
#include "runtime/kernel/process.h"

namespace podrun::cli {
namespace {

struct PortForwardCommandOptions {
  std::vector<std::string> words;
  std::vector<std::string> addresses;
};

// As many descriptors as we may have; how many connections they are for.
std::size_t connections_at_once(std::size_t listeners) {
  const rlim_t others = 64 + listeners;
  raise_open_files();
  const rlim_t limit = open_files().rlim_cur;
  constexpr rlim_t kMost = 4096;  // each may hold two buffers
  const rlim_t room = limit > others ? (limit - others) / Forwarded::kDescriptors : 1;
  return std::clamp<rlim_t>(room, 1, kMost);
}

constexpr int kUntilTriedAgain = 200;  // milliseconds

class PortForward {
 public:
  PortForward(Context& context, const PodRecord& pod, Fd sandbox, std::vector<Listener> listeners)
      : context_(context),
        pod_(pod),
        sandbox_(std::move(sandbox)),
        listeners_(std::move(listeners)),
        most_(connections_at_once(listeners_.size())) {}

  Result<int> run() {
    for (const Listener& listener : listeners_)
      context_.out.print("Forwarding from " + listener.shown + " -> " + std::to_string(listener.remote) + "\n");
    TRY(context_.out.flush());
    for (;;) {
      // ^C is how one leaves it; other signals end it as they end any program.
      if (base::interruption_signal() == SIGINT) return 0;
      TRY(base::check_interruption());
      TRY(wait());
      if (polled_[0].revents != 0)
        return Error{Kind::not_found, 0, "lost connection to pod \"" + pod_.plan.who.name + "\": it has ended"};
      carry();
      accept_all();
    }
  }

 private:
  struct Connection {
    Forwarded forwarded;
    const Listener* by;
  };

  // polled_: the sandbox, signals, the listeners, then each connection's. What is full accepts no more meanwhile.
  // Whether descriptors or memory are there again nobody tells: that is tried.
  Result<void> wait() {
    polled_ = {{sandbox_.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}};
    const bool is_full = connections_.size() >= most_ || accepts_none_;
    for (const Listener& listener : listeners_) polled_.push_back({is_full ? -1 : listener.socket.get(), POLLIN, 0});
    for (const Connection& connection : connections_) {
      const Forwarded::Wants wants = connection.forwarded.wants();
      polled_.insert(polled_.end(), wants.begin(), wants.end());
    }
    const int ready = ::poll(polled_.data(), polled_.size(), accepts_none_ ? kUntilTriedAgain : -1);
    if (ready == 0) accepts_none_ = false;
    if (ready >= 0) return {};
    for (pollfd& none : polled_) none.revents = 0;
    return errno == EINTR ? Result<void>() : Error::system(errno, "wait for connections");
  }

  void carry() {
    auto ready = polled_.begin() + static_cast<std::ptrdiff_t>(2 + listeners_.size());
    for (auto at = connections_.begin(); at != connections_.end();) {
      Forwarded::Wants wants{};
      std::copy_n(ready, wants.size(), wants.begin());
      ready += static_cast<std::ptrdiff_t>(wants.size());
      const auto goes_on = at->forwarded.go_on(wants);
      if (!goes_on) complain(*at->by, goes_on.error());
      if (!goes_on || !*goes_on) accepts_none_ = false;
      at = goes_on && *goes_on ? std::next(at) : connections_.erase(at);
    }
  }

  void accept_all() {
    for (std::size_t i = 0; i < listeners_.size(); ++i)
      if (polled_[2 + i].revents != 0 && connections_.size() < most_) accept(listeners_[i]);
  }

  void accept(const Listener& listener) {
    Fd client(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) return be_full(listener, errno);
    has_said_full_ = false;
    tell("Handling connection for " + std::to_string(listener.local) + "\n");
    auto begun = LocalhostConnection::begin(pod_, listener.remote);
    if (!begun) return complain(listener, begun.error());
    connections_.push_back({Forwarded(std::move(client), std::move(*begun)), &listener});
  }

  // For want of descriptors or memory it stays in the queue, and would wake us for ever.
  void be_full(const Listener& listener, int error_number) {
    if (error_number != EMFILE && error_number != ENFILE && error_number != ENOMEM && error_number != ENOBUFS)
      return;  // it has gone again
    accepts_none_ = true;
    if (!std::exchange(has_said_full_, true))
      complain(listener, Error::system(error_number, "no more connections now"));
  }

  // Who reads it slowly holds up nobody: a pipe that can be written to takes a line.
  void tell(const std::string& line) {
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    if (::poll(&out, 1, 0) <= 0 || (out.revents & POLLOUT) == 0) return;
    context_.out.print(line);
    static_cast<void>(context_.out.flush());
  }

  static void complain(const Listener& listener, const Error& error) {
    say("port-forward: " + std::to_string(listener.local) + " -> " + std::to_string(listener.remote) + ": " +
        error.what);
  }

  Context& context_;
  const PodRecord& pod_;
  Fd sandbox_;  // pause's pidfd
  std::vector<Listener> listeners_;
  std::size_t most_;
  bool accepts_none_ = false;  // until a connection has ended, or it is time to try
  bool has_said_full_ = false;
  std::list<Connection> connections_;
  std::vector<pollfd> polled_;
};

Result<int> port_forward(Context& context, const PortForwardCommandOptions& options) {
  const std::size_t of_pod = is_resource_word(options.words.front()) ? 2 : 1;
  if (options.words.size() <= of_pod)
    return Error{Kind::invalid, 0, "no port; expected POD [LOCAL:]REMOTE..., such as web 8080:80"};
  const auto first_port = options.words.begin() + static_cast<std::ptrdiff_t>(of_pod);
  const std::string name = TRY(pod_name({options.words.begin(), first_port}));
  std::vector<AskedPort> asked;
  for (auto word = first_port; word != options.words.end(); ++word) asked.push_back(TRY(parse_forward_port(*word)));
  const auto addresses = TRY(
      parse_forward_addresses(options.addresses.empty() ? std::vector<std::string>{"localhost"} : options.addresses));
  TRY(context.require_root("port-forward"));
  const LivePod pod = look_at(context.store(), TRY(find_pod(context, name)));
  std::vector<ForwardPort> ports;
  for (const AskedPort& port : asked) ports.push_back(TRY(find_forward_port(port, pod.record.plan.who.manifest)));
  auto sandbox = open_process(pod.record.life.pause);
  // Of one whose containers have all ended pause is still there.
  if (!sandbox || pod.phase == Phase::succeeded || pod.phase == Phase::failed)
    return Error{Kind::not_found, 0, "pod \"" + name + "\" is not running"};
  base::listen_for_interruption();
  return PortForward(context, pod.record, std::move(*sandbox), TRY(listen_for(ports, addresses))).run();
}

}  // namespace

void port_forward_command(Command& command, Context& context) {
  const auto options = std::make_shared<PortForwardCommandOptions>();
  command.words(options->words, "POD [LOCAL:]REMOTE...", "Name of the pod; and ports: here, and in the pod", 1);
  command
      .option("--address", options->addresses, "ADDRESS,...",
              "Addresses of this machine to listen on; localhost is 127.0.0.1 and ::1")
      .split_at_commas()
      .shows("localhost");
  command.run([&context, options] { return port_forward(context, *options).in("port-forward"); });
}

}  // namespace podrun::cli
