#include "runtime/shim/client/client.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/files.h"
#include "runtime/kernel/wire.h"
#include "runtime/shim/build.h"

namespace podrun {
namespace {

using shim::MessageType;

constexpr std::chrono::seconds kPatience{30};
constexpr int kBacklog = 64;

std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

Result<Fd> make_socket() {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return Error::system(errno, "make a socket");
  return socket;
}

// By a descriptor of its directory: the path may be longer than the 107 bytes an address holds.
struct Address {
  Fd dir;
  sockaddr_un text{};
};
Result<Address> address_of(const std::string& box) {
  Address address{TRY(base::open_file(box, O_PATH | O_DIRECTORY)), {}};
  address.text.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(address.dir.get()) + "/shim.sock";
  std::memcpy(address.text.sun_path, path.c_str(), path.size() + 1);
  return address;
}

void add(std::vector<int>& fds, const Fd& fd) {
  if (fd) fds.push_back(fd.get());
}
void add(std::vector<int>& fds, const CgroupEntry& entry) {
  add(fds, entry.v2);
  for (const Fd& tasks : entry.v1_tasks) fds.push_back(tasks.get());
}

}  // namespace

Result<void> ShimClient::launch(shim::Launch request, const CgroupEntry& entry, const ShimStreams* streams,
                                const Fd& pids) {
  auto [ours, theirs] = TRY(Channel::pair());
  std::vector<int> fds{theirs.fd()};
  add(fds, entry);
  add(fds, pids);
  if (streams != nullptr) {
    add(fds, streams->log_dir);
    add(fds, streams->out);
    add(fds, streams->err);
    add(fds, streams->in);
    add(fds, streams->message);
  }
  request.cgroup = entry.dir;
  request.into_cgroup = static_cast<bool>(entry.v2);
  request.v1_tasks = static_cast<std::uint32_t>(entry.v1_tasks.size());
  request.into_pids = static_cast<bool>(pids);
  request.logged = streams != nullptr;
  request.has_input = streams != nullptr && streams->in;
  request.has_message = streams != nullptr && streams->message;
  TRY(control_.send(number(MessageType::launch), wire::write(request), fds).in("ask the shim"));
  asked_.emplace_back(std::move(ours));
  return {};
}

Result<ShimClient> ShimClient::greet(ProcessId process, Channel control) {
  ShimClient client(process, std::move(control));
  client.is_greeting_ = true;
  TRY(client.control_.send(number(MessageType::hello), wire::write(shim::Hello{shim::build()})).in("greet the shim"));
  return client;
}

Result<void> ShimClient::hear_greeting() {
  if (!std::exchange(is_greeting_, false)) return {};
  const Message answer = TRY(control_.receive(kPatience).in("hear from the shim"));
  if (answer.type == number(MessageType::error)) return init::unpack_error(answer.body);
  if (TRY(wire::read<shim::Hello>(answer.body)).build == shim::build()) return {};
  return Error{Kind::unsupported, 0, "podrun-shim is of another build than podrun (install both anew)"};
}

Result<NewProcess> ShimClient::expect() {
  TRY(hear_greeting());
  Message answer = TRY(control_.receive(kPatience).in("hear from the shim"));
  init::Handshake handshake = std::move(asked_.front());
  asked_.erase(asked_.begin());
  if (answer.type == number(MessageType::error)) return init::unpack_error(answer.body);
  const auto launched = TRY(wire::read<shim::Launched>(answer.body));
  if (answer.fds.size() != 1) return Error{Kind::internal, 0, "hear from the shim: no process came"};
  return NewProcess{.process = TRY(identify(launched.pid, answer.fds.front().get())),
                    .pidfd = std::move(answer.fds.front()),
                    .handshake = std::move(handshake)};
}

Result<void> ShimClient::hear_answer() {
  const Message answer = TRY(control_.receive(kPatience).in("hear from the shim"));
  if (answer.type == number(MessageType::error)) return init::unpack_error(answer.body);
  return {};
}

Result<void> ShimClient::keep(const std::string& key, const Fd& terminal) {
  TRY(control_.send(number(MessageType::keep), wire::write(shim::Keep{key}), {terminal.get()}).in("ask the shim"));
  return hear_answer();
}

Result<void> ShimClient::ask_for_alarm(std::int64_t when, std::vector<std::string> args, const Fd& program,
                                       const CgroupEntry& entry) {
  shim::Alarm alarm{.when = when, .args = std::move(args)};
  alarm.into_cgroup = static_cast<bool>(entry.v2);
  alarm.v1_tasks = static_cast<std::uint32_t>(entry.v1_tasks.size());
  std::vector<int> fds{program.get()};
  add(fds, entry);
  return control_.send(number(MessageType::alarm), wire::write(alarm), fds).in("set the alarm: ask the shim");
}

Result<void> ShimClient::expect_alarm() {
  TRY(hear_greeting());
  return hear_answer().in("set the alarm");
}

Result<Fd> listen_for_clients(const Layout& layout, const std::string& id) {
  Fd socket = TRY(make_socket());
  const Address address = TRY(address_of(layout.box(id)));
  const auto* const name = reinterpret_cast<const sockaddr*>(&address.text);
  TRY(base::remove_file(layout.shim_socket(id)));  // of a shim that the pod had before
  if (::bind(socket.get(), name, sizeof(address.text)) != 0 || ::listen(socket.get(), kBacklog) != 0)
    return Error::system(errno, "listen at '" + layout.shim_socket(id) + "'");
  return socket;
}

Result<Channel> reach_shim(const Layout& layout, const std::string& id, Wait wait) {
  Fd socket = TRY(make_socket());
  const Address address = TRY(address_of(layout.box(id)));
  if (wait == Wait::no) ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.text), sizeof(address.text)) == 0) {
    ::fcntl(socket.get(), F_SETFL, 0);
    return Channel(std::move(socket));
  }
  if (errno == ECONNREFUSED || errno == ENOENT)
    return Error{Kind::not_found, errno, "ask the shim: none listens at '" + layout.shim_socket(id) + "'"};
  return Error::system(errno, "connect to '" + layout.shim_socket(id) + "'");
}

Result<Channel> connect_to_shim(const Layout& layout, const std::string& id,
                                const std::function<Result<std::array<Fd, 2>>()>& programs) {
  Channel channel = TRY(reach_shim(layout, id, Wait::yes));
  const auto hear_hello = [&]() -> Result<bool> {
    const Message answer = TRY(channel.receive(kPatience).in("hear from the shim"));
    if (answer.type == number(MessageType::error)) return init::unpack_error(answer.body);
    return answer.type == number(MessageType::hello) &&
           TRY(wire::read<shim::Hello>(answer.body)).build == shim::build();
  };
  TRY(channel.send(number(MessageType::hello), wire::write(shim::Hello{shim::build()})));
  if (TRY(hear_hello())) return channel;
  const auto [renewed, podrun] = TRY(programs());
  TRY(channel.send(number(MessageType::renew), "", {renewed.get(), podrun.get()}));
  const auto is_ours = hear_hello();
  if (is_ours && *is_ours) return channel;
  return Error{Kind::unsupported, 0,
               "the pod's shim is of another build of podrun and cannot become this one" +
                   (is_ours ? "" : " (" + is_ours.error().what + ")") +
                   ": what runs goes on, but no container can be started in it (stop and start the pod)"};
}

}  // namespace podrun
