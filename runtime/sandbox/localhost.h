// A way to what listens on localhost in a pod: not its address, so that also a pod without a network and a program that
// listens for its own pod alone can be reached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/sandbox/host.h"

namespace podrun {

namespace probe {
class Connection;
}

// TCP, from inside the pod's network namespace: to 127.0.0.1, and where nobody listens there, to ::1.
class LocalhostConnection {
 public:
  // Kind::not_found where the pod does not stand.
  static Result<LocalhostConnection> begin(const PodRecord& pod, std::uint16_t port);
  LocalhostConnection(LocalhostConnection&&) noexcept;
  LocalhostConnection& operator=(LocalhostConnection&&) = delete;
  ~LocalhostConnection();

  int fd() const;         // another after each stands(); writable once that has something to tell
  Result<bool> stands();  // false: not yet
  Fd take() &&;           // once it stands; non-blocking

 private:
  LocalhostConnection(const PodRecord& pod, std::uint16_t port);
  Result<void> try_next();  // address; of the errors the first is told, of the one that people mean

  const PodRecord* pod_;  // the caller's
  std::uint16_t port_;
  int tried_ = 0;
  std::optional<Error> first_;
  std::unique_ptr<probe::Connection> connection_;
};

}  // namespace podrun
