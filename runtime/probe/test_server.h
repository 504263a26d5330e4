// Servers on loopback that answer in their own way, and questions asked to their end.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "runtime/kernel/clock.h"
#include "runtime/probe/question.h"

namespace podrun::probe {

// Serves one connection, in its own way, on a free port of loopback.
class Server {
 public:
  explicit Server(std::function<void(int)> serve) : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listening_.get(), 4), 0);
    ::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      const Fd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client) serve(client.get());
    });
  }
  ~Server() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  Fd listening_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

inline Outcome outcome_of(std::unique_ptr<Question> question) {
  while (!question->go_on()) {
    Wait wait;
    question->await(wait);
    EXPECT_TRUE(wait_for(wait));
  }
  return question->outcome();
}

inline const Place kHere{.netns = {}, .address = "127.0.0.1"};
inline std::int64_t soon() { return boot_time() + kSecond / 5; }
inline std::int64_t late() { return boot_time() + 60 * kSecond; }

}  // namespace podrun::probe
