#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

sockaddr_in address_of(const std::string& ip, const std::string& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  return address;
}

// sun_path starts with a zero byte; what counts is the length.
socklen_t name_abstract(const std::string& name, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 2);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

template <class Address>
const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int greet_for_ever(int server) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string greeting = std::string("hello from ") + name.data() + "\n";
  std::cout << "listening" << std::endl;
  while (true) {
    const int client = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    static_cast<void>(!::send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL));
    ::close(client);
  }
}

int fail(const char* what) {
  std::cout << what << ": " << std::strerror(errno) << std::endl;
  return 1;
}

}  // namespace

int serve(const Arguments& arguments) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = address_of("0.0.0.0", arguments.at(0));
  if (::bind(server, generic(address), sizeof address) != 0) return fail("bind");
  if (::listen(server, 8) != 0) return fail("listen");
  return greet_for_ever(server);
}

int ask(const Arguments& arguments) {
  const sockaddr_in address = address_of(arguments.at(0), arguments.at(1));
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client, generic(address), sizeof address) == 0) {
      std::array<char, 512> answer{};
      const ssize_t length = ::recv(client, answer.data(), answer.size() - 1, MSG_WAITALL);
      std::cout << (length > 0 ? answer.data() : "empty answer\n") << std::flush;
      ::close(client);
      return length > 0 ? 0 : 1;
    }
    const int error = errno;
    ::close(client);
    errno = error;
    ::usleep(50'000);
  }
  return fail("connect");
}

int listen_abstract(const Arguments& arguments) {
  sockaddr_un address{};
  const socklen_t length = name_abstract(arguments.at(0), address);
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(server, generic(address), length) != 0) return fail("bind");
  if (::listen(server, 8) != 0) return fail("listen");
  return greet_for_ever(server);
}

int ask_abstract(const Arguments& arguments) {
  sockaddr_un address{};
  const socklen_t length = name_abstract(arguments.at(0), address);
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(client, generic(address), length) != 0) return fail("connect");
  std::cout << "reached" << std::endl;
  return 0;
}

}  // namespace payload
