#include "kit/src/host/outside.h"

#include <fcntl.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "kit/src/host/netns.h"

namespace cni::kit {
namespace {

Result<void> set_up_end(const std::string& netns, const std::string& name, const std::vector<base::IpAddress>& own,
                        const std::vector<base::IpAddress>& other) {
  RouteSocket socket = TRY(RouteSocket::open(netns));
  const auto links = TRY(socket.links());
  const auto link = std::find_if(links.begin(), links.end(), [&](const Link& one) { return one.name == name; });
  if (link == links.end()) return Error{Kind::not_found, 0, "interface '" + name + "' is not there"};
  for (const base::IpAddress& address : own) TRY(socket.add(link->index, {address, address.is_v4() ? 24 : 64}));
  TRY(socket.bring_up(link->index));
  for (const base::IpAddress& gateway : other) TRY(socket.add_default_route(link->index, gateway));
  return {};
}

}  // namespace

Result<Uplink> make_outside() {
  const Uplink uplink;
  const std::string far_end = "up1";
  TRY(base::make_dirs("/run/netns"));
  TRY(make_netns(uplink.netns, true));
  const Fd netns = TRY(base::open_file(uplink.netns, O_RDONLY));
  TRY(TRY(RouteSocket::open(kHostNetns)).make_veth(uplink.link, far_end, netns.get()));
  const std::vector<base::IpAddress> host{uplink.host_v4, uplink.host_v6};
  const std::vector<base::IpAddress> outside{uplink.outside_v4, uplink.outside_v6};
  TRY(set_up_end(kHostNetns, uplink.link, host, outside).in("make the host's uplink"));
  TRY(set_up_end(uplink.netns, far_end, outside, host).in("make what is outside"));
  return uplink;
}

}  // namespace cni::kit
