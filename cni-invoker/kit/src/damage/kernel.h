// Things of the kernel made, taken away or changed, by rtnetlink(7).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/host/netns.h"
#include "kit/src/world/netlink_dump.h"

namespace cni::kit {

// What is set is changed.
struct LinkChange {
  std::optional<bool> up{}, promisc{}, allmulti{};
  std::optional<std::string> name{}, mac{};
  std::optional<std::string> master{};  // its name; empty: none
  std::optional<unsigned> mtu{}, txqlen{};
};
Result<void> change_link(const std::string& netns, const std::string& name, const LinkChange& change);
Result<void> move_link(const std::string& netns, const std::string& name, int to);  // descriptor of a namespace
Result<void> make_vlan(const std::string& netns, const std::string& name, const std::string& below, std::uint16_t id);
Result<void> remove_link(const std::string& netns, const std::string& name);
Result<void> add_address(const std::string& netns, const std::string& link, const std::string& cidr);
Result<void> remove_address(const std::string& netns, const std::string& link, const std::string& cidr);
// To where the link leads.
Result<void> add_route(const std::string& netns, const std::string& link, const std::string& cidr);

// Everything that a dump tells and `which` picks is sent back to be deleted. How much that was.
template <class Body>
Result<std::size_t> remove_dumped(
    const std::string& netns, std::uint16_t get, std::uint16_t remove,
    const std::function<bool(const Body&, const look::NetlinkMap&, const look::LinkNames&)>& which) {
  NetlinkSocket socket = TRY(in_netns(netns, [] { return NetlinkSocket::open(NETLINK_ROUTE); }));
  const look::LinkNames names = TRY(look::link_names(socket));
  std::vector<std::string> picked;
  TRY(socket.exchange({get, NLM_F_DUMP, netlink_body(Body{}), {}}, [&](std::string_view answer) {
    look::NetlinkMap attributes;
    each_netlink_attribute(answer, sizeof(Body), [&](int key, std::string_view bytes) { attributes[key] = bytes; });
    if (which(netlink_body_of<Body>(answer), attributes, names)) picked.emplace_back(answer.substr(sizeof(nlmsghdr)));
  }));
  std::size_t count = 0;
  for (const std::string& one : picked)
    // What went with another is gone.
    if (socket.exchange({remove, 0, one, {}})) ++count;
  return count;
}

}  // namespace cni::kit
