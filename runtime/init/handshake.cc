#include "runtime/init/handshake.h"

#include "runtime/kernel/wire.h"

namespace podrun::init {
namespace {

struct PackedError {
  Kind kind{};
  int error_number = 0;
  std::string what;
};
template <class V>
void visit(V& v, PackedError& e) {
  v(e.kind, e.error_number, e.what);
}

constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

}  // namespace

std::string pack(const Error& error) { return wire::write(PackedError{error.kind, error.error_number, error.what}); }

Error unpack_error(const std::string& body) {
  auto packed = wire::read<PackedError>(body);
  if (!packed) return std::move(packed).error();
  return {packed->kind, packed->error_number, packed->what};
}

Result<void> Handshake::send_plan(const Plan& plan, const std::vector<int>& fds) {
  return channel_.send(number(MessageType::plan), wire::write(plan), fds).in("send the plan");
}

Result<Message> Handshake::expect(MessageType type) {
  Message message = TRY(channel_.receive(kPatience));
  if (message.type == number(MessageType::error)) return unpack_error(message.body);
  if (message.type != number(type))
    return Error{Kind::internal, 0,
                 "expect message " + std::to_string(number(type)) + ": " + std::to_string(message.type) + " came"};
  return message;
}

Result<Fd> Handshake::expect_fd(MessageType type) {
  Message message = TRY(expect(type));
  if (message.fds.size() != 1) return Error{Kind::internal, 0, "expect a descriptor: it did not come"};
  return std::move(message.fds.front());
}

Result<Fd> Handshake::expect_terminal() { return expect_fd(MessageType::terminal).in("make a terminal"); }

Result<Fd> Handshake::expect_entered() { return expect_fd(MessageType::entered); }

Result<void> Handshake::expect_ready() {
  TRY(expect(MessageType::ready));
  return {};
}

Result<void> Handshake::go() { return channel_.send(number(MessageType::go), ""); }

Result<void> Handshake::expect_exec() {
  auto message = channel_.receive(kPatience);
  if (!message && message.error().kind == Kind::not_found) return {};
  if (!message) return std::move(message).error();
  if (message->type == number(MessageType::error)) return unpack_error(message->body);
  return Error{Kind::internal, 0, "start a process: message " + std::to_string(message->type) + " came too late"};
}

}  // namespace podrun::init
