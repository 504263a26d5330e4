// Links and addresses of a network namespace, by rtnetlink(7).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "netlink.h"

namespace cni {

struct LinkAddress {
  base::IpAddress address;
  int prefix_length = 0;  // of its own family
  auto operator<=>(const LinkAddress&) const = default;
};

struct Link {
  int index = 0;
  std::string name;
  std::string mac;  // lower case, with colons
};

class RouteSocket {
 public:
  // In the namespace behind the path. The calling thread does not leave its own.
  static base::Result<RouteSocket> open(const std::string& netns);

  base::Result<std::vector<Link>> links();
  // Of both families, in the kernel's order; without the link-local ones that it makes itself.
  base::Result<std::vector<LinkAddress>> addresses(int link);
  base::Result<void> add(int link, const LinkAddress& address);
  base::Result<void> remove(int link, const LinkAddress& address);
  base::Result<void> rename(int link, const std::string& name);  // takes it down: older kernels demand it
  base::Result<void> make_veth(const std::string& name);         // and its other end beside it

 private:
  explicit RouteSocket(NetlinkSocket socket) : socket_(std::move(socket)) {}

  NetlinkSocket socket_;
};

}  // namespace cni
