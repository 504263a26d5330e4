#include "runtime/packet/routes.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <sstream>

#include "base/netlink.h"
#include "base/rtnetlink.h"

namespace podrun::packet {
namespace {

std::string bytes_of(const base::IpAddress& ip) {
  const auto& all = ip.bytes();
  return {all.begin() + (ip.is_v4() ? 12 : 0), all.end()};
}

std::uint8_t family_of(const base::IpAddress& ip) { return ip.is_v4() ? AF_INET : AF_INET6; }

void read_answer(std::string_view answer, Route& route) {
  const auto body = base::netlink_body_of<rtmsg>(answer);
  route.local = body.rtm_type == RTN_LOCAL;
  base::each_netlink_attribute(answer, sizeof body, [&](int type, std::string_view bytes) {
    if (type == RTA_OIF) route.out_link = base::netlink_number<int>(bytes);
    if (type == RTA_GATEWAY) route.via = base::IpAddress::of_bytes(bytes).value_or(route.via);
    // A router of the other family, behind the number of that.
    if (type == RTA_VIA && bytes.size() > 2) route.via = base::IpAddress::of_bytes(bytes.substr(2)).value_or(route.via);
    // IPv6 tells of a route that refuses as of any other.
    if (type == RTA_CACHEINFO && bytes.size() >= sizeof(rta_cacheinfo)) {
      rta_cacheinfo info{};
      std::copy_n(bytes.data(), sizeof info, reinterpret_cast<char*>(&info));
      route.error_number = std::abs(static_cast<int>(info.rta_error));
    }
  });
}

// The kernel says that a route refuses, and not which: of those that could be meant `ip` prints the narrowest last.
std::string refusing_route(const OpenSpace& space, const base::IpAddress& destination) {
  const auto all = ask_program(space, {"ip", destination.is_v4() ? "-4" : "-6", "route", "show", "table", "all",
                                       "match", destination.to_text()});
  std::istringstream lines(all ? *all : "");
  std::string found;
  for (std::string line; std::getline(lines, line);)
    for (const char* refusal : {"unreachable ", "prohibit ", "blackhole ", "throw "})
      if (line.starts_with(refusal)) found = line.substr(0, line.find(" error "));
  while (found.ends_with(' ')) found.pop_back();
  return found;
}

}  // namespace

Result<void> ask_route(const OpenSpace& space, Route& asked) {
  auto socket = TRY(open_netlink_in(space, NETLINK_ROUTE));
  const auto bits = static_cast<std::uint8_t>(asked.destination.is_v4() ? 32 : 128);
  rtmsg body{};
  body.rtm_family = family_of(asked.destination);
  body.rtm_dst_len = bits;
  base::NetlinkRequest request{RTM_GETROUTE, 0, {}, {}};
  request.attributes.add(RTA_DST, bytes_of(asked.destination));
  if (!asked.source.is_any()) {
    body.rtm_src_len = bits;
    request.attributes.add(RTA_SRC, bytes_of(asked.source));
  }
  if (asked.in_link != 0) request.attributes.add(RTA_IIF, base::netlink_body(asked.in_link));
  request.body = base::netlink_body(body);
  const auto answered =
      socket.exchange(std::move(request), [&](std::string_view answer) { read_answer(answer, asked); });
  if (!answered) asked.error_number = answered.error().error_number;
  if (asked.error_number != 0) asked.text = refusing_route(space, asked.destination);
  return {};
}

Result<std::vector<Neighbour>> neighbours_in(const OpenSpace& space, int place,
                                             const std::vector<base::IpAddress>& ips) {
  std::vector<Neighbour> found;
  auto socket = TRY(open_netlink_in(space, NETLINK_ROUTE));
  TRY(socket.exchange({RTM_GETNEIGH, NLM_F_DUMP, base::netlink_body(ndmsg{}), {}}, [&](std::string_view answer) {
    const auto body = base::netlink_body_of<ndmsg>(answer);
    Neighbour one;
    one.space = place;
    one.link = body.ndm_ifindex;
    one.permanent = (body.ndm_state & NUD_PERMANENT) != 0;
    base::each_netlink_attribute(answer, sizeof body, [&](int type, std::string_view bytes) {
      if (type == NDA_DST) one.ip = base::IpAddress::of_bytes(bytes).value_or(one.ip);
      if (type == NDA_LLADDR && (body.ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) == 0) one.mac = base::mac_text(bytes);
    });
    if (std::find(ips.begin(), ips.end(), one.ip) != ips.end()) found.push_back(std::move(one));
  }));
  return found;
}

}  // namespace podrun::packet
