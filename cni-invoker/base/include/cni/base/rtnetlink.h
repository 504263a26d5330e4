// Links and addresses of a network namespace, by rtnetlink(7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/ip.h"
#include "cni/base/netlink.h"
#include "cni/base/result.h"

namespace cni::base {

struct LinkAddress {
  IpAddress address;
  int prefix_length = 0;  // of its own family
  auto operator<=>(const LinkAddress&) const = default;
};

struct Link {
  int index = 0;
  std::string name;
  std::string mac;  // lower case, with colons
};

std::string mac_text(std::string_view bytes);  // "0a:58:0a:01:00:02"

class RouteSocket {
 public:
  // In the namespace of the calling thread; in that behind the path, for which the thread does not leave its own.
  static Result<RouteSocket> open();
  static Result<RouteSocket> open(const std::string& netns);

  Result<std::vector<Link>> links();
  Result<int> index_of(const std::string& name);  // Kind::not_found where there is none
  // Of both families, in the kernel's order; without the link-local ones that it makes itself.
  Result<std::vector<LinkAddress>> addresses(int link);
  Result<void> add(int link, const LinkAddress& address);
  Result<void> remove(int link, const LinkAddress& address);
  Result<void> rename(int link, const std::string& name);  // takes it down: older kernels demand it
  Result<void> make_veth(const std::string& name);         // and its other end beside it
  Result<void> make_veth(const std::string& name, const std::string& peer, int peer_netns);
  Result<void> make_link(const std::string& name, const std::string& kind);  // "dummy", "bridge"
  Result<void> make_vlan(const std::string& name, int below, std::uint16_t id);
  Result<void> remove_link(int link);
  Result<void> bring_up(int link);
  Result<void> join_bridge(int link, int bridge);
  Result<void> describe(int link, const std::string& alias);  // what `ip link` says of it, for people
  Result<void> add_default_route(int link, const IpAddress& gateway);

 private:
  explicit RouteSocket(NetlinkSocket socket) : socket_(std::move(socket)) {}

  NetlinkSocket socket_;
};

}  // namespace cni::base

namespace cni {
using base::Link;
using base::LinkAddress;
using base::mac_text;
using base::RouteSocket;
}  // namespace cni
