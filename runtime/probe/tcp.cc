// Succeeds when the connection stands.
#include "runtime/kernel/clock.h"
#include "runtime/probe/connection.h"

namespace podrun::probe {
namespace {

class Tcp : public Question {
 public:
  Tcp(Connection connection, std::int64_t until) : connection_(std::move(connection)), until_(until) {}

  void await(Wait& wait) const override {
    wait.for_fd(connection_.fd(), POLLOUT);
    if (until_ != 0) wait.at_most_until(until_);
  }
  bool go_on() override {
    const auto connected = connection_.check();
    if (connected) return answer({.succeeded = true, .failure = {}});
    if (connected.error().kind != Kind::busy) return fail(connected.error().what);
    return until_ != 0 && boot_time() >= until_ && fail("connect to " + connection_.peer() + ": no answer in time");
  }

 private:
  Connection connection_;
  std::int64_t until_;
};

}  // namespace

std::unique_ptr<Question> ask_tcp(const Place& place, const TcpAction& action, std::int64_t until) {
  auto connection = Connection::begin(place, action.host, action.port);
  if (!connection) return answered({.succeeded = false, .failure = connection.error().what});
  return std::make_unique<Tcp>(std::move(*connection), until);
}

}  // namespace podrun::probe
