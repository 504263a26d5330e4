#include "runtime/kernel/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include "base/files.h"

namespace podrun::ports {
namespace {

constexpr std::string_view kListening = "0A";  // TCP_LISTEN, as /proc/net/tcp has it

struct Entry {
  std::string state;
  std::string inode;
};

// Lines of /proc/net/PROTOCOL and PROTOCOL6 about a local port:
//   sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
std::vector<Entry> entries_of(const std::string& protocol, std::uint16_t port) {
  std::vector<Entry> entries;
  for (const char* family : {"", "6"}) {
    std::istringstream lines(base::read_file("/proc/net/" + protocol + family, 256U << 20U).value_or(""));
    std::string line;
    std::getline(lines, line);  // headings
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::array<std::string, 10> word;
      for (std::string& one : word) words >> one;
      const auto colon = word[1].rfind(':');
      if (!words || colon == std::string::npos || std::strtoul(word[1].c_str() + colon + 1, nullptr, 16) != port)
        continue;
      entries.push_back({word[3], word[9]});
    }
  }
  return entries;
}

// What the kernel counts as taken but nobody holds: connections of a server that is gone. A socket that is bound and
// nothing more has no line.
bool is_only_ending(const std::string& protocol, std::uint16_t port) {
  if (protocol != "tcp") return false;
  const std::vector<Entry> entries = entries_of(protocol, port);
  return !entries.empty() &&
         std::none_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.state == kListening; });
}

Fd open_socket(const std::string& protocol, int family) {
  if (protocol == "udp") return Fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (protocol == "tcp") return Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP));
}

bool try_bind(const Fd& socket, const base::IpAddress& address, std::uint16_t port) {
  const auto& bytes = address.bytes();
  if (address.is_v4()) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    std::memcpy(&to.sin_addr, bytes.data() + 12, sizeof to.sin_addr);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(port);
  std::memcpy(&to.sin6_addr, bytes.data(), sizeof to.sin6_addr);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool has_open(const std::string& pid, const std::string& socket) {
  const std::string dir = "/proc/" + pid + "/fd";
  const auto names = base::list_dir(dir);
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    std::array<char, 64> link{};
    const ssize_t length = ::readlink((dir + "/" + name).c_str(), link.data(), link.size());
    return length > 0 && std::string_view(link.data(), static_cast<std::size_t>(length)) == socket;
  });
}

}  // namespace

Result<bool> is_held(const std::string& protocol, const base::IpAddress& address, std::uint16_t port) {
  const std::string shown = std::to_string(port) + "/" + protocol;
  // The kernel would load the module for us; nobody has a port of what is not loaded.
  if (protocol == "sctp" && !base::path_exists("/proc/net/sctp")) return false;
  const Fd socket = open_socket(protocol, address.is_v4() ? AF_INET : AF_INET6);
  if (!socket && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)) return false;
  if (!socket) return Error::system(errno, "open a socket to try port " + shown);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);  // an address that the host is yet to get
  if (!address.is_v4()) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  // With it, connections that end are in nobody's way, as long as their server had it too; what listens still is.
  if (protocol == "tcp") ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (try_bind(socket, address, port)) return false;
  if (errno == EADDRINUSE) return !is_only_ending(protocol, port);
  if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT) return false;
  return Error::system(errno, "try port " + shown);
}

std::string holder(const std::string& protocol, std::uint16_t port) {
  const auto pids = base::list_dir("/proc");
  for (const Entry& entry : entries_of(protocol, port)) {
    if (protocol == "tcp" && entry.state != kListening) continue;
    const std::string socket = "socket:[" + entry.inode + "]";
    for (const std::string& pid : pids ? *pids : std::vector<std::string>()) {
      if (std::isdigit(static_cast<unsigned char>(pid.front())) == 0 || !has_open(pid, socket)) continue;
      std::string name = base::read_file("/proc/" + pid + "/comm").value_or("");
      while (name.ends_with('\n')) name.pop_back();
      return "process " + pid + " (" + name + ")";
    }
  }
  return "a process";
}

}  // namespace podrun::ports
