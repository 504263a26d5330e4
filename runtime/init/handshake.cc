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

struct Contents {
  std::uint32_t stdio = 0;
  std::uint32_t mounts = 0;
  std::uint32_t program = 0;
};
struct PackedPlan {
  Contents contents;
  Plan plan;
};
template <class V>
void visit(V& v, PackedPlan& p) {
  v(p.contents, p.plan);
}

}  // namespace

std::string pack(const Error& error) { return wire::write(PackedError{error.kind, error.error_number, error.what}); }

Error unpack_error(const std::string& body) {
  auto packed = wire::read<PackedError>(body);
  if (!packed) return std::move(packed).error();
  return {packed->kind, packed->error_number, packed->what};
}

Result<void> Handshake::send_plan(Plan plan, const Handed& handed) {
  PackedPlan packed{{}, std::move(plan)};
  packed.contents.stdio = static_cast<std::uint32_t>(handed.stdio.size());
  packed.contents.mounts = static_cast<std::uint32_t>(handed.mounts.size());
  packed.contents.program = handed.program ? 1 : 0;
  std::vector<int> fds;
  for (const Fd& stream : handed.stdio) fds.push_back(stream.get());
  for (const Fd& mount : handed.mounts) fds.push_back(mount.get());
  if (handed.program) fds.push_back(handed.program.get());
  return channel_.send(number(MessageType::plan), wire::write(packed), fds).in("send the plan");
}

Result<Received> receive_plan(const Channel& channel) {
  Message message = TRY(channel.receive(kPatience));
  if (message.type != number(MessageType::plan)) return Error{Kind::internal, 0, "receive the plan: it is not one"};
  PackedPlan packed = TRY(wire::read<PackedPlan>(message.body));
  const Contents& contents = packed.contents;
  if (message.fds.size() != contents.stdio + contents.mounts + contents.program)
    return Error{Kind::internal, 0, "receive the plan: descriptors are missing"};
  Received received{std::move(packed.plan), {}};
  auto next = message.fds.begin();
  for (std::uint32_t i = 0; i < contents.stdio; ++i) received.handed.stdio.push_back(std::move(*next++));
  for (std::uint32_t i = 0; i < contents.mounts; ++i) received.handed.mounts.push_back(std::move(*next++));
  if (contents.program != 0) received.handed.program = std::move(*next);
  return received;
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

Result<Fd> Handshake::expect_terminal() { return expect_fd(MessageType::terminal); }

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
