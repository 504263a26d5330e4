#include "runtime/sandbox/localhost.h"

#include <array>

#include "runtime/probe/connection.h"
#include "runtime/sandbox/place.h"

namespace podrun {
namespace {

constexpr std::array kAddresses{"127.0.0.1", "::1"};  // in the order of the kubelet

}  // namespace

LocalhostConnection::LocalhostConnection(const PodRecord& pod, std::uint16_t port) : pod_(&pod), port_(port) {}
LocalhostConnection::LocalhostConnection(LocalhostConnection&&) noexcept = default;
LocalhostConnection::~LocalhostConnection() = default;

Result<LocalhostConnection> LocalhostConnection::begin(const PodRecord& pod, std::uint16_t port) {
  LocalhostConnection made(pod, port);
  TRY(made.try_next());
  return made;
}

Result<void> LocalhostConnection::try_next() {
  const probe::Place place = TRY(place_of(*pod_));
  while (static_cast<std::size_t>(tried_) < kAddresses.size()) {
    auto begun = probe::Connection::begin(place, kAddresses.at(static_cast<std::size_t>(tried_++)), port_);
    if (begun) {
      connection_ = std::make_unique<probe::Connection>(std::move(*begun));
      return {};
    }
    if (!first_) first_ = std::move(begun).error();
  }
  return *first_;
}

int LocalhostConnection::fd() const { return connection_->fd(); }

Result<bool> LocalhostConnection::stands() {
  const auto checked = connection_->check();
  if (checked) return true;
  if (checked.error().kind == Kind::busy) return false;
  if (!first_) first_ = checked.error();
  TRY(try_next());
  return false;
}

Fd LocalhostConnection::take() && { return std::move(*connection_).take(); }

}  // namespace podrun
