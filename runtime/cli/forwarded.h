// One connection that is forwarded: made first, then both its directions, each with an end of its own.
#pragma once

#include <poll.h>

#include <array>
#include <optional>

#include "runtime/cli/relay.h"
#include "runtime/sandbox/localhost.h"

namespace podrun::cli {

class Forwarded {
 public:
  // `client`: non-blocking.
  Forwarded(Fd client, LocalhostConnection pod) : client_(std::move(client)), making_(std::move(pod)) {}

  static constexpr std::size_t kDescriptors = 6;  // that it has open
  using Wants = std::array<pollfd, 6>;            // -1 for nothing
  Wants wants() const;
  // What came of them. False: it is over. An error says why it could not be made.
  Result<bool> go_on(const Wants& ready);

 private:
  Result<void> begin_to_carry();

  Fd client_;  // each of the two until it is closed altogether
  std::optional<LocalhostConnection> making_;
  Fd pod_;
  Relay to_pod_, to_client_;
};

}  // namespace podrun::cli
