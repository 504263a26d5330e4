#include "runtime/packet/connections.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

#include "base/netlink.h"

namespace podrun::packet {
namespace {

using base::NetlinkAttributes;

std::string ip_bytes(const base::IpAddress& ip) {
  const auto& all = ip.bytes();
  return {all.begin() + (ip.is_v4() ? 12 : 0), all.end()};
}

std::string port_bytes(std::uint16_t port) { return base::netlink_body(htons(port)); }

NetlinkAttributes tuple_of(const Flow& flow, Transport transport) {
  const bool is_v4 = flow.source.ip.is_v4();
  const char protocol = transport == Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  const auto ips = NetlinkAttributes()
                       .add(is_v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, ip_bytes(flow.source.ip))
                       .add(is_v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, ip_bytes(flow.destination.ip));
  const auto ports = NetlinkAttributes()
                         .add(CTA_PROTO_NUM, {&protocol, 1})
                         .add(CTA_PROTO_SRC_PORT, port_bytes(flow.source.port))
                         .add(CTA_PROTO_DST_PORT, port_bytes(flow.destination.port));
  return NetlinkAttributes().add_nested(CTA_TUPLE_IP, ips).add_nested(CTA_TUPLE_PROTO, ports);
}

Flow flow_of_tuple(std::string_view tuple) {
  Flow flow;
  const auto ip = [](std::string_view bytes) { return base::IpAddress::of_bytes(bytes).value_or(base::IpAddress{}); };
  const auto port = [](std::string_view bytes) { return ntohs(base::netlink_number<std::uint16_t>(bytes)); };
  base::each_nested_attribute(tuple, [&](int part, std::string_view inner) {
    base::each_nested_attribute(inner, [&](int type, std::string_view bytes) {
      if (part == CTA_TUPLE_IP && (type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC)) flow.source.ip = ip(bytes);
      if (part == CTA_TUPLE_IP && (type == CTA_IP_V4_DST || type == CTA_IP_V6_DST)) flow.destination.ip = ip(bytes);
      if (part == CTA_TUPLE_PROTO && type == CTA_PROTO_SRC_PORT) flow.source.port = port(bytes);
      if (part == CTA_TUPLE_PROTO && type == CTA_PROTO_DST_PORT) flow.destination.port = port(bytes);
    });
  });
  return flow;
}

Connection connection_of(std::string_view answer) {
  Connection connection;
  base::each_netlink_attribute(answer, sizeof(nfgenmsg), [&](int type, std::string_view bytes) {
    if (type == CTA_TUPLE_ORIG) connection.original = flow_of_tuple(bytes);
    if (type == CTA_TUPLE_REPLY) connection.reply = flow_of_tuple(bytes);
  });
  return connection;
}

bool is_of(std::string_view answer, Transport transport) {
  const int wanted = transport == Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  bool same = false;
  base::each_netlink_attribute(answer, sizeof(nfgenmsg), [&](int type, std::string_view tuple) {
    if (type != CTA_TUPLE_ORIG) return;
    base::each_nested_attribute(tuple, [&](int part, std::string_view inner) {
      base::each_nested_attribute(inner, [&](int kind, std::string_view bytes) {
        if (part == CTA_TUPLE_PROTO && kind == CTA_PROTO_NUM)
          same = base::netlink_number<std::uint8_t>(bytes) == wanted;
      });
    });
  });
  return same;
}

base::NetlinkRequest ask_for(const base::IpAddress& ip) {
  const nfgenmsg body{static_cast<std::uint8_t>(ip.is_v4() ? AF_INET : AF_INET6), NFNETLINK_V0, 0};
  return {static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET), 0, base::netlink_body(body), {}};
}

// Empty: there is no entry.
Result<std::optional<Connection>> find_connection(base::NetlinkSocket& socket, Transport transport, const Flow& flow) {
  base::NetlinkRequest request = ask_for(flow.source.ip);
  request.attributes.add_nested(CTA_TUPLE_ORIG, tuple_of(flow, transport));
  std::optional<Connection> found;
  auto asked = socket.exchange(std::move(request), [&](std::string_view answer) { found = connection_of(answer); });
  if (!asked && asked.error().error_number != ENOENT) return std::move(asked).error();
  return found;
}

}  // namespace

Result<std::vector<Connection>> find_connections(const OpenSpace& space, int place, Transport transport,
                                                 const std::vector<Flow>& flows) {
  std::vector<Connection> connections;
  auto socket = TRY(open_netlink_in(space, NETLINK_NETFILTER));
  for (const Flow& flow : flows) {
    auto found = TRY(find_connection(socket, transport, flow));
    if (!found) continue;
    found->space = place;
    const auto is_same = [&](const Connection& one) { return one.original == found->original; };
    if (std::none_of(connections.begin(), connections.end(), is_same)) connections.push_back(*found);
  }
  return connections;
}

Result<std::vector<Connection>> remembered_connections(const OpenSpace& space, int place, Transport transport,
                                                       const Flow& but) {
  std::vector<Connection> connections;
  auto socket = TRY(open_netlink_in(space, NETLINK_NETFILTER));
  base::NetlinkRequest request = ask_for(but.source.ip);
  request.flags = NLM_F_DUMP;
  TRY(socket.exchange(std::move(request), [&](std::string_view answer) {
    Connection connection = connection_of(answer);
    const Flow& flow = connection.original;
    if (flow.source.ip != but.source.ip || flow.destination != but.destination || flow == but) return;
    if (!is_of(answer, transport)) return;
    connection.space = place;
    connections.push_back(connection);
  }));
  return connections;
}

}  // namespace podrun::packet
