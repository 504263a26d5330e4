#include "runtime/cri/streams.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/cri/exec.h"
#include "runtime/cri/relay.h"

namespace podrun::cri {
namespace {

using nlohmann::json;

Result<void> check(const stream::Streams& streams) {
  if (streams.tty && streams.err) return Error{Kind::invalid, 0, "tty and stderr: a terminal has one output"};
  if (streams.in || streams.out || streams.err) return {};
  return Error{Kind::invalid, 0, "one of stdin, stdout and stderr has to be asked for"};
}

Fd copy_of(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

// False once no more will come.
bool take_size(const Fd& sizes, const Fd& master) {
  stream::TerminalSize size;
  if (::read(sizes.get(), &size, sizeof(size)) != sizeof(size)) return false;
  const winsize window{size.rows, size.columns, 0, 0};
  ::ioctl(master.get(), TIOCSWINSZ, &window);
  return true;
}

// What a client types, says and sees of a process with these streams. `master` is a copy, and empty without a terminal.
void connect(Relay& relay, stream::Ends& ends, std::map<char, Fd>& handed, const Fd& master,
             std::function<void(int)> when_typed) {
  if (master) {
    relay.add(copy_of(master), std::move(ends.out));
    relay.add(std::move(ends.in), copy_of(master));
    relay.watch(ends.sizes.get(), [&ends, &master] { return take_size(ends.sizes, master); });
    return;
  }
  relay.add(std::move(handed['o']), std::move(ends.out));
  relay.add(std::move(handed['e']), std::move(ends.err));
  relay.add(std::move(ends.in), std::move(handed['i']), std::move(when_typed));
}

}  // namespace

Result<std::unique_ptr<Streaming>> Streaming::start(const Backend& backend) {
  std::unique_ptr<Streaming> streaming(new Streaming(backend));
  streaming->server_ = TRY(stream::Server::start(backend.options.stream_address, *streaming).in("listen for streams"));
  return streaming;
}

Result<std::string> Streaming::exec_url(const api::ExecRequest& request) {
  const stream::Streams streams{request.stdin(), request.stdout(), request.stderr(), request.tty()};
  TRY(check(streams));
  if (request.cmd_size() == 0) return Error{Kind::invalid, 0, "cmd: is empty"};
  const SeenContainer container = TRY(running_container(backend_, request.container_id()));
  return server_->url_for(stream::ExecRequest{container.id(), {request.cmd().begin(), request.cmd().end()}, streams});
}

Result<std::string> Streaming::attach_url(const api::AttachRequest& request) {
  const stream::Streams streams{request.stdin(), request.stdout(), request.stderr(), request.tty()};
  TRY(check(streams));
  const SeenContainer container = TRY(running_container(backend_, request.container_id()));
  if (request.tty() != container.config().tty())
    return Error{Kind::invalid, 0, std::string("tty: the container has ") + (request.tty() ? "no" : "a") + " terminal"};
  return server_->url_for(stream::AttachRequest{container.id(), streams});
}

Result<std::string> Streaming::port_forward_url(const api::PortForwardRequest& request) {
  const Sandbox sandbox = TRY(backend_.view.sandbox(request.pod_sandbox_id()));
  if (!sandbox.is_ready) return Error{Kind::busy, 0, "sandbox '" + sandbox.id() + "' is not ready"};
  stream::PortForwardRequest asked{sandbox.id(), {}};
  for (const std::int32_t port : request.port()) {
    if (port < 1 || port > 65535) return Error{Kind::invalid, 0, "port: " + std::to_string(port) + " is none"};
    asked.ports.push_back(static_cast<std::uint16_t>(port));
  }
  return server_->url_for(std::move(asked));
}

Result<int> Streaming::exec(const stream::ExecRequest& request, stream::Ends ends) {
  const SeenContainer container = TRY(running_container(backend_, request.container));
  const json asked{{"args", request.command}, {"tty", request.streams.tty}, {"stdin", request.streams.in}};
  Worker worker = TRY(
      backend_.workers.begin(act_on("exec", container), asked.dump(-1, ' ', false, json::error_handler_t::replace)));
  auto handed = TRY(worker.take_handed());
  const Fd master = std::move(handed['t']);
  Relay relay;
  bool is_gone = false;
  connect(relay, ends, handed, master, nullptr);
  relay.watch(worker.answer_fd(), [&] { return relay.let_end(), false; });
  relay.watch(ends.gone.get(), [&] {
    is_gone = true;
    relay.stop();
    return false;
  });
  relay.run();
  if (is_gone) worker.let_go();
  const json answer = TRY(worker.wait());
  return answer.value("code", 137);
}

Result<void> Streaming::attach(const stream::AttachRequest& request, stream::Ends ends) {
  const SeenContainer container = TRY(running_container(backend_, request.container));
  Worker worker = TRY(backend_.workers.begin(act_on("attach", container), json{{"stdin", request.streams.in}}.dump()));
  auto handed = TRY(worker.take_handed());
  TRY(worker.wait());
  const Fd connection = std::move(handed['c']);
  const Fd master = std::move(handed['t']);
  const bool wants_output = request.streams.out || request.streams.err;
  Relay relay;
  // Of a terminal, too, the output comes by a pipe of the shim's: the master is for what is typed.
  relay.add(std::move(handed['o']), std::move(ends.out));
  relay.add(std::move(handed['e']), std::move(ends.err));
  relay.add(std::move(ends.in), master ? copy_of(master) : std::move(handed['i']), [&](int) {
    ::shutdown(connection.get(), SHUT_WR);
    if (!wants_output) relay.stop();
  });
  if (master) relay.watch(ends.sizes.get(), [&] { return take_size(ends.sizes, master); });
  relay.watch(connection.get(), [&] { return relay.let_end(), false; });
  relay.watch(ends.gone.get(), [&] { return relay.stop(), false; });
  relay.run();
  return {};
}

Result<void> Streaming::port_forward(const std::string& pod, std::uint16_t port, Fd connection) {
  const Sandbox sandbox = TRY(backend_.view.sandbox(pod));
  Worker worker = TRY(backend_.workers.begin({"dial", sandbox.id(), std::to_string(port)}));
  auto handed = TRY(worker.take_handed());
  TRY(worker.wait());
  const Fd socket = std::move(handed['s']);
  const auto half_close = [](int to) { ::shutdown(to, SHUT_WR); };
  Relay relay;
  relay.add(copy_of(connection), copy_of(socket), half_close);
  relay.add(copy_of(socket), copy_of(connection), half_close);
  relay.stop_without(connection.get());
  relay.run();
  return {};
}

}  // namespace podrun::cri
