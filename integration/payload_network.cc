#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

template <class Address>
const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Of either family: ::ffff:10.0.0.1 is how an IPv6 socket speaks IPv4.
sockaddr_in6 address_of(const std::string& ip, const std::string& port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  const bool is_v4 = ip.find(':') == std::string::npos;
  ::inet_pton(AF_INET6, ((is_v4 ? "::ffff:" : "") + ip).c_str(), &address.sin6_addr);
  return address;
}

std::string text_of(const sockaddr_in6& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
  const std::string whole = text.data();
  return whole.starts_with("::ffff:") ? whole.substr(7) : whole;
}

int bind_server(int type, const std::string& port) {
  const int server = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in6 address = address_of("::", port);
  return ::bind(server, generic(address), sizeof address) == 0 ? server : -1;
}

// A second at most for each step.
int connect_to(const sockaddr_in6& address, int type) {
  const int client = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(client, generic(address), sizeof address) == 0) return client;
  const int error = errno;
  ::close(client);
  errno = error;
  return -1;
}

// sun_path starts with a zero byte; what counts is the length.
socklen_t name_abstract(const std::string& name, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 2);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

std::string greeting() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return std::string("hello from ") + name.data() + "\n";
}

int greet_for_ever(int server) {
  const std::string text = greeting();
  std::cout << "listening" << std::endl;
  while (true) {
    sockaddr_in6 peer{};
    socklen_t length = sizeof peer;
    const int client = ::accept4(server, const_cast<sockaddr*>(generic(peer)), &length, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (peer.sin6_family == AF_INET6) std::cout << "asked by " << text_of(peer) << std::endl;
    static_cast<void>(!::send(client, text.data(), text.size(), MSG_NOSIGNAL));
    ::close(client);
  }
}

int fail(const char* what) {
  std::cout << what << ": " << std::strerror(errno) << std::endl;
  return 1;
}

// Connects, says a byte over UDP, and prints the answer. False, with errno, where there is none.
bool ask_once(const sockaddr_in6& address, int type) {
  const int client = connect_to(address, type);
  if (client < 0) return false;
  if (type == SOCK_DGRAM) static_cast<void>(!::send(client, "?", 1, MSG_NOSIGNAL));
  std::array<char, 512> answer{};
  const ssize_t length = ::recv(client, answer.data(), answer.size() - 1, type == SOCK_STREAM ? MSG_WAITALL : 0);
  const int error = length == 0 ? EPIPE : errno;
  ::close(client);
  errno = error;
  if (length > 0) std::cout << answer.data() << std::flush;
  return length > 0;
}

int ask_until_answered(const Arguments& arguments, int type) {
  const sockaddr_in6 address = address_of(arguments.at(0), arguments.at(1));
  const std::time_t deadline = std::time(nullptr) + (arguments.size() > 2 ? std::atoi(arguments[2].c_str()) : 10);
  while (!ask_once(address, type)) {
    if (std::time(nullptr) >= deadline) return fail("ask");
    ::usleep(50'000);
  }
  return 0;
}

}  // namespace

int serve(const Arguments& arguments) {
  const int server = bind_server(SOCK_STREAM, arguments.at(0));
  if (server < 0) return fail("bind");
  if (::listen(server, 8) != 0) return fail("listen");
  return greet_for_ever(server);
}

// One process for each who asks, so that none waits for another.
int give_back(const Arguments& arguments) {
  const sockaddr_in6 address = address_of(arguments.at(0), arguments.at(1));
  const int server = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(server, generic(address), sizeof address) != 0 || ::listen(server, 64) != 0) return fail("listen");
  ::signal(SIGCHLD, SIG_IGN);
  std::cout << "listening" << std::endl;
  while (true) {
    const int client = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 || ::fork() != 0) {
      ::close(client);
      continue;
    }
    std::string told;
    std::array<char, 4096> block{};
    for (ssize_t got = 0; (got = ::read(client, block.data(), block.size())) > 0;)
      told.append(block.data(), static_cast<std::size_t>(got));
    for (std::size_t at = 0; at < told.size();) {
      const ssize_t put = ::send(client, told.data() + at, told.size() - at, MSG_NOSIGNAL);
      if (put < 0) ::_exit(1);
      at += static_cast<std::size_t>(put);
    }
    ::_exit(0);
  }
}

int serve_udp(const Arguments& arguments) {
  const int server = bind_server(SOCK_DGRAM, arguments.at(0));
  if (server < 0) return fail("bind");
  const std::string text = greeting();
  std::cout << "listening" << std::endl;
  while (true) {
    sockaddr_in6 peer{};
    socklen_t length = sizeof peer;
    char byte = 0;
    if (::recvfrom(server, &byte, 1, 0, const_cast<sockaddr*>(generic(peer)), &length) < 0) continue;
    std::cout << "asked by " << text_of(peer) << std::endl;
    static_cast<void>(!::sendto(server, text.data(), text.size(), 0, generic(peer), length));
  }
}

int ask(const Arguments& arguments) { return ask_until_answered(arguments, SOCK_STREAM); }
int ask_udp(const Arguments& arguments) { return ask_until_answered(arguments, SOCK_DGRAM); }

int ping(const Arguments& arguments) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  ::inet_pton(AF_INET, arguments.at(0).c_str(), &to.sin_addr);
  const int echo = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
  if (echo < 0) return fail("socket");
  const timeval limit{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(echo, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  icmphdr request{};
  request.type = ICMP_ECHO;
  if (::sendto(echo, &request, sizeof request, 0, generic(to), sizeof to) < 0) return fail("send");
  if (::recv(echo, &request, sizeof request, 0) < 0) return fail("receive");
  std::cout << "pong" << std::endl;
  return 0;
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
