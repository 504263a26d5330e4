#include "runtime/shim/server.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "runtime/init/handshake.h"
#include "runtime/kernel/cgroup_end.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/wire.h"
#include "runtime/shim/build.h"
#include "runtime/shim/launch.h"
#include "runtime/shim/memory.h"

namespace podrun::shim {
namespace {

constexpr int kBusyFor = 1000;  // milliseconds after which nothing more is expected soon
constexpr int kKillAgain = 20;  // milliseconds
constexpr int kTellAgain = 1000;

constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

Fd duplicate(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

Result<void> done(const Channel& channel) { return channel.send(number(MessageType::done), ""); }

// The directory of the socket is root's alone; this is for the case that it is not.
bool is_root(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

Error no_such(const std::string& key) { return {Kind::not_found, 0, "container '" + key + "' is not running"}; }

}  // namespace

Server::Server(Channel client, Fd socket, Fd box, Fd signals)
    : socket_(std::move(socket)), box_(std::move(box)), signals_(std::move(signals)) {
  add(std::move(client));
}

void Server::serve() {
  while (!clients_.empty() || !children_.empty() || !ending_.empty() || !rests_.empty() || !untold_.empty()) {
    wait_for_something();
    for (Child& child : children_)
      if (child.output) child.output->pump();
    deliver_rests();
    answer_clients();  // before reap(): an alarm that was set before a container could end is not missed
    reap();
    tell_ends();
    std::erase_if(ending_, [](const std::string& cgroup) { return kill_once(cgroup); });
    std::erase_if(clients_, [](const Client& client) { return !client.channel; });
    accept_clients();
    alarm_.tick();
  }
}

void Server::wait_for_something() {
  polled_.assign({{signals_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}});
  for (const Client& client : clients_)
    polled_.push_back({client.channel.fd(), static_cast<short>(client.writes_no_more ? 0 : POLLIN), 0});
  for (const Child& child : children_)
    if (child.output) child.output->add_wants(polled_);
  for (const Rest& rest : rests_) rest.output.add_wants(polled_);
  const int limit = patience();
  const bool sleeps_long = limit < 0 || limit > kBusyFor;
  if (::poll(polled_.data(), polled_.size(), sleeps_long ? kBusyFor : limit) != 0 || !sleeps_long) return;
  const int left = patience();  // now: what is run after the next line is what stays in memory
  give_back_program_pages();
  ::poll(polled_.data(), polled_.size(), left);
}

int Server::patience() const {
  const int alarm = alarm_.milliseconds_left();
  if (ending_.empty() && untold_.empty()) return alarm;
  const int again = ending_.empty() ? kTellAgain : kKillAgain;
  return alarm < 0 ? again : std::min(alarm, again);
}

void Server::reap() {
  if ((polled_[0].revents & POLLIN) == 0) return;
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof(signal)) > 0) {
  }
  // A container in a shared pid namespace can make children of ours (CLONE_PARENT): they end unnoticed.
  for (Ended ended; (ended = next_ended(-1, WNOHANG | __WALL)).pid > 0;) {
    if (alarm_.has_ended(ended.pid, ended.status)) continue;
    const auto child =
        std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == ended.pid; });
    if (child == children_.end()) continue;
    end(*child, ended.status);
    children_.erase(child);
  }
}

// A disk that is full has room again some time. Nobody could see that it ended, or how, and a pod would be left alone.
void Server::tell_ends() {
  const auto is_told = [&](const ExitNote& note) { return static_cast<bool>(write_exit_files(box_, note)); };
  if (std::erase_if(untold_, is_told) != 0) alarm_.wake();
}

bool Server::has_ended(const std::string& key) const {
  return has_exit_file(box_, key) ||
         std::any_of(untold_.begin(), untold_.end(), [&](const ExitNote& note) { return note.key == key; });
}

// Its log is whole before anybody can see that it has ended, and what is attached hears of it last.
void Server::end(Child& child, int status) {
  if (child.key.empty()) {
    pause_ = -1;
    return;
  }
  if (child.output) child.output->drain();
  if (!child.cgroup.empty()) ending_.push_back(std::move(child.cgroup));
  ExitNote note = note_exit(child.key, status, std::move(child.message));
  if (auto told = write_exit_files(box_, note); !told) {
    std::fprintf(stderr, "podrun-shim: keep how container '%s' ended: %s; it is tried again\n", child.key.c_str(),
                 told.error().what.c_str());
    untold_.push_back(std::move(note));
  }
  for (Client& client : clients_) {
    if (!client.waits || client.key != child.key) continue;
    (void)client.channel.send(number(MessageType::error), init::pack(no_such(child.key)));
    drop(client);
  }
  if (child.output && !child.output->is_delivered())
    rests_.push_back({child.key, std::move(*child.output)});
  else
    let_go_of_readers(child.key);
  alarm_.wake();
}

void Server::deliver_rests() {
  for (Rest& rest : rests_) {
    rest.output.pump();
    if (rest.output.is_delivered()) let_go_of_readers(rest.key);
  }
  std::erase_if(rests_, [](const Rest& rest) { return rest.output.is_delivered(); });
}

void Server::let_go_of_readers(const std::string& key) {
  std::erase_if(clients_, [&](const Client& client) { return !client.waits && client.key == key; });
}

void Server::accept_clients() {
  if ((polled_[1].revents & POLLIN) == 0) return;
  Fd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket && is_root(socket.get())) add(Channel(std::move(socket)));
}

void Server::add(Channel channel) {
  Client& client = clients_.emplace_back();
  client.number = next_number_++;
  client.channel = std::move(channel);
}

void Server::answer_clients() {
  for (const pollfd& ready : polled_) {
    if ((ready.revents & (POLLIN | POLLHUP)) == 0) continue;
    const auto client = std::find_if(clients_.begin(), clients_.end(),
                                     [&](const Client& c) { return c.channel.fd() == ready.fd; });
    if (client != clients_.end()) answer(*client, (ready.revents & POLLHUP) != 0);
  }
}

void Server::answer(Client& client, bool hung_up) {
  auto request = client.channel.receive(std::chrono::milliseconds(0));
  if (!request) return hung_up ? drop(client) : end_input(client);
  auto answered = answer_request(client, std::move(*request));
  if (!answered) answered = client.channel.send(number(MessageType::error), init::pack(answered.error()));
  if (!answered) drop(client);
}

// What it has written is all there will be; it goes on to read (shutdown(2)).
void Server::end_input(Client& client) {
  client.writes_no_more = true;
  for (Child& child : children_)
    if (child.input_once && child.writer == client.number) child.input.reset();
}

// It is done with us, or gone.
void Server::drop(Client& client) {
  end_input(client);
  for (Child& child : children_)
    if (child.output) child.output->detach(client.number);
  for (Rest& rest : rests_) rest.output.detach(client.number);
  client.channel.close();
}

Result<void> Server::answer_request(Client& client, Message request) {
  const auto type = static_cast<MessageType>(request.type);
  // Its words are those of its build, and we may have become another since it came.
  if (type != MessageType::hello && type != MessageType::renew && client.build != build())
    return Error{Kind::unsupported, 0, "the pod's shim has become that of another build of podrun meanwhile"};
  switch (type) {
    case MessageType::hello:
      client.build = TRY(wire::read<Hello>(request.body)).build;
      return client.channel.send(number(MessageType::hello), wire::write(Hello{build()}));
    case MessageType::renew:
      return renew(client, std::move(request));
    case MessageType::launch:
      return launch_requested(client, std::move(request));
    case MessageType::keep:
      return keep(client, std::move(request));
    case MessageType::attach:
      return attach(client, std::move(request));
    case MessageType::log:
      return log(client, std::move(request));
    case MessageType::alarm:
      TRY(alarm_.set(TRY(wire::read<Alarm>(request.body)), std::move(request.fds)));
      return done(client.channel);
    default:
      return Error{Kind::internal, 0, "answer a client: unknown request"};
  }
}

Result<void> Server::launch_requested(const Client& client, Message request) {
  const Launch wanted = TRY(wire::read<Launch>(request.body));
  if (!wanted.key.empty() && (find(wanted.key) != nullptr || has_ended(wanted.key)))
    return Error{Kind::exists, EEXIST, "launch container '" + wanted.key + "': there is or was one of that name"};
  Child child = TRY(launch(wanted, std::move(request.fds), pause_));
  const auto told =
      client.channel.send(number(MessageType::launched), wire::write(Launched{child.pid}), {child.pidfd.get()});
  // Who did not hear of it never sends its plan: it ends by itself.
  if (child.key.empty()) pause_ = child.pidfd.get();
  children_.push_back(std::move(child));
  if (children_.back().output && !children_.back().terminal) serve_waiting(children_.back());
  return told;
}

Result<void> Server::keep(const Client& client, Message request) {
  const Keep wanted = TRY(wire::read<Keep>(request.body));
  Child* const child = find(wanted.key);
  if (child == nullptr || !child->terminal || child->input || request.fds.size() != 1) return no_such(wanted.key);
  Fd& master = request.fds.front();
  if (::fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK) != 0) return Error::system(errno, "keep a terminal");
  child->input = duplicate(master);
  child->output->keep_terminal(std::move(master));
  serve_waiting(*child);
  return done(client.channel);
}

Result<void> Server::attach(Client& client, Message request) {
  Attach wanted = TRY(wire::read<Attach>(request.body));
  if (request.fds.size() != 2 || !client.key.empty())
    return Error{Kind::internal, 0, "attach a client: it is attached, or descriptors are missing"};
  if (has_ended(wanted.key)) return no_such(wanted.key);
  client.key = std::move(wanted.key);
  client.wants_input = wanted.input;
  client.waits = true;
  client.out = std::move(request.fds[0]);
  client.err = std::move(request.fds[1]);
  Child* const child = find(client.key);
  const bool is_there = child != nullptr && (!child->terminal || child->input);
  return is_there ? link(client, *child) : Result<void>();
}

void Server::serve_waiting(Child& child) {
  for (Client& client : clients_)
    if (client.waits && client.key == child.key && !link(client, child)) drop(client);
}

Result<void> Server::link(Client& client, Child& child) {
  client.waits = false;
  std::vector<int> fds;
  // Where it was to end with a client that has gone there is none any more.
  if (client.wants_input && child.input) fds.push_back(child.input.get());
  if (!fds.empty() && child.writer == 0) child.writer = client.number;
  child.output->attach(client.number, std::move(client.out), child.terminal ? Fd() : std::move(client.err));
  client.err.reset();
  return client.channel.send(number(MessageType::attached), wire::write(Attached{child.terminal, !fds.empty()}), fds);
}

Result<void> Server::log(const Client& client, Message request) {
  const Keep wanted = TRY(wire::read<Keep>(request.body));
  Child* const child = find(wanted.key);
  if (child == nullptr || !child->output || request.fds.size() != 1) return no_such(wanted.key);
  child->output->go_on_in(std::move(request.fds.front()));
  return done(client.channel);
}

Child* Server::find(const std::string& key) {
  const auto child = std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.key == key; });
  return key.empty() || child == children_.end() ? nullptr : &*child;
}

}  // namespace podrun::shim
