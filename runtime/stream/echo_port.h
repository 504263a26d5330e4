// What connections of tests are forwarded to.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::stream {

// A TCP server that sends back what it gets, until its client has no more.
class EchoPort {
 public:
  EchoPort() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(name);
    EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
    EXPECT_EQ(::listen(listening_.get(), 64), 0);
    ::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    port = ntohs(name.sin_port);
    accepting_ = std::thread([this] {
      for (;;) {
        Fd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) return;
        serving_.emplace_back([socket = std::make_shared<Fd>(std::move(client))] {
          std::array<char, 16384> bytes{};
          ssize_t heard = 0;
          while ((heard = ::recv(socket->get(), bytes.data(), bytes.size(), 0)) > 0)
            if (::send(socket->get(), bytes.data(), static_cast<std::size_t>(heard), MSG_NOSIGNAL) < 0) return;
        });
      }
    });
  }
  ~EchoPort() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : serving_) thread.join();
  }
  std::uint16_t port = 0;

 private:
  Fd listening_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

}  // namespace podrun::stream
