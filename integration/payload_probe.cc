// What probes and hooks are tried with.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "integration/payload.h"

namespace payload {
namespace {

// By a handler, which a test sees in /proc: while sigwait() waits, the kernel shows its signals as not blocked.
void await_term() {
  sigset_t term, before;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, &before);
  ::signal(SIGTERM, [](int) {});
  ::sigsuspend(&before);
}

}  // namespace

int exists(const Arguments& arguments) { return ::access(arguments.at(0).c_str(), F_OK) == 0 ? 0 : 1; }

int note(const Arguments& arguments) {
  std::ofstream(arguments.at(0), std::ios::app) << arguments.at(1) << "\n";
  return arguments.size() > 2 ? std::atoi(arguments[2].c_str()) : 0;
}

int note_term(const Arguments& arguments) {
  ::signal(SIGCHLD, SIG_IGN);  // who is left to it is nobody's to wait for
  await_term();
  return note({arguments.at(0), "TERM"});
}

int sleep_with_child(const Arguments&) {
  static_cast<void>(::fork());
  ::pause();
  return 0;
}

int serve_http(const Arguments& arguments) {
  const int server = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(arguments.at(0).c_str())));
  if (::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(server, 8) != 0)
    return 1;
  ::signal(SIGTERM, [](int) { ::_exit(0); });
  while (true) {
    const int client = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    char request[1024];
    static_cast<void>(!::read(client, request, sizeof request));
    const std::string_view answer = ::access(arguments.at(1).c_str(), F_OK) == 0
                                        ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                        : "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    static_cast<void>(!::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
    ::close(client);
  }
}

}  // namespace payload
