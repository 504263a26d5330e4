#include "runtime/packet/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/netlink.h"

namespace podrun::packet {
namespace {

constexpr std::uint32_t kUnconnected = 1U << TCP_CLOSE;  // of UDP
constexpr std::uint32_t kWaiting = 1U << TCP_LISTEN;

Listener listener_of(std::string_view answer) {
  const auto body = base::netlink_body_of<inet_diag_msg>(answer);
  const bool is_v4 = body.idiag_family == AF_INET;
  Listener one;
  one.at.ip = base::IpAddress::of_bytes({reinterpret_cast<const char*>(body.id.idiag_src), is_v4 ? 4U : 16U})
                  .value_or(base::IpAddress{});
  one.at.port = ntohs(body.id.idiag_sport);
  one.waiting = body.idiag_rqueue;
  one.limit = body.idiag_wqueue;
  base::each_netlink_attribute(answer, sizeof body, [&](int type, std::string_view bytes) {
    if (type == INET_DIAG_SKV6ONLY) one.only_v6 = base::netlink_number<std::uint8_t>(bytes) != 0;
  });
  return one;
}

}  // namespace

Result<std::vector<Listener>> listeners_in(const OpenSpace& space, int place, Transport transport,
                                           const std::vector<std::uint16_t>& ports) {
  const bool is_tcp = transport == Transport::tcp;
  std::vector<Listener> found;
  auto socket = TRY(open_netlink_in(space, NETLINK_SOCK_DIAG));
  for (const int family : {AF_INET, AF_INET6}) {
    inet_diag_req_v2 body{};
    body.sdiag_family = static_cast<std::uint8_t>(family);
    body.sdiag_protocol = is_tcp ? IPPROTO_TCP : IPPROTO_UDP;
    body.idiag_states = is_tcp ? kWaiting : kUnconnected;
    TRY(socket.exchange({SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, base::netlink_body(body), {}}, [&](std::string_view answer) {
      Listener one = listener_of(answer);
      one.space = place;
      if (std::find(ports.begin(), ports.end(), one.at.port) != ports.end()) found.push_back(one);
    }));
  }
  return found;
}

}  // namespace podrun::packet
