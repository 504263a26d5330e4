#include "runtime/sandbox/host_addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip.h"
#include "runtime/kernel/types.h"

namespace podrun {
namespace {

// Connecting a datagram socket sends nothing: the kernel looks for a route, and with that for the source.
template <class Address>
bool find_source(int family, Address& there) {
  const Fd socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  socklen_t size = sizeof(there);
  return socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), size) == 0 &&
         ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&there), &size) == 0;
}

template <class Bytes>
void add_address(const Bytes& bytes, std::vector<std::string>& addresses) {
  const auto address = base::IpAddress::of_bytes({reinterpret_cast<const char*>(&bytes), sizeof(bytes)});  // NOLINT
  if (address && !address->is_any() && !address->is_loopback()) addresses.push_back(address->to_text());
}

}  // namespace

std::vector<std::string> host_addresses() {
  std::vector<std::string> addresses;
  sockaddr_in v4{};  // of the addresses for documentation, which are nobody's: the default route's
  v4.sin_family = AF_INET;
  v4.sin_port = htons(9);
  ::inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
  if (find_source(AF_INET, v4)) add_address(v4.sin_addr, addresses);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(9);
  ::inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  if (find_source(AF_INET6, v6)) add_address(v6.sin6_addr, addresses);
  return addresses;
}

}  // namespace podrun
