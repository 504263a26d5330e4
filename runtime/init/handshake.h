// Between a client (podrun) and a process that is on its way to become pause, a container or an exec:
//
//     client                            child (runtime/init/run.h)
//       plan + descriptors ───────────▶ root, mounts, hostname, limits, user …
//                        ◀───────────── terminal + master   (only where the plan asks for one)
//                        ◀───────────── entered + pidfd     (an exec: the process inside, made by the one that had the
//                        plan) ◀───────────── ready
//       go ───────────────────────────▶ execve; the channel is close-on-exec: end of file = it runs
//                        ◀───────────── error {kind, errno, what}, instead of any of its messages
//
// ready and go only where the plan asks for that barrier: a container, whose network is still being made, and an exec
// with a terminal, which has to have its size first. The others exec as soon as they are done. A dead peer is an error
// everywhere but after go.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "runtime/init/plan.h"
#include "runtime/kernel/channel.h"

namespace podrun::init {

enum class MessageType : std::uint32_t { plan = 1, terminal, entered, ready, go, error };
constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

// What goes with a plan. Each part has its place because sender and receiver are the two functions below.
struct Handed {
  std::vector<Fd> stdio;   // stdin, stdout and stderr, or none
  std::vector<Fd> mounts;  // for Mount::Source::sent, in the order of the list
  Fd program;              // to exec, where the plan's arguments do not name one
};

// In the child.
struct Received {
  Plan plan;
  Handed handed;
};
Result<Received> receive_plan(const Channel& channel);

// The client's side. Owns its end of the channel; dropping it makes a child that waits give up.
class Handshake {
 public:
  Handshake() = default;
  explicit Handshake(Channel channel) : channel_(std::move(channel)) {}

  Result<void> send_plan(Plan plan, const Handed& handed);
  Result<Fd> expect_terminal();
  Result<Fd> expect_entered();
  Result<void> expect_ready();
  Result<void> go();
  // The child's execve succeeded. An error it meets instead reads as one of the caller's own.
  Result<void> expect_exec();

 private:
  Result<Message> expect(MessageType type);
  Result<Fd> expect_fd(MessageType type);
  Channel channel_;
};

// How an Error travels.
std::string pack(const Error& error);
Error unpack_error(const std::string& body);

// A step of init is a handful of system calls; what takes longer than this hangs on a dead filesystem.
inline constexpr std::chrono::seconds kPatience{30};

}  // namespace podrun::init
