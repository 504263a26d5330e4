// Dumps of rtnetlink, taken apart.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cni/base/netlink.h"
#include "cni/base/rtnetlink.h"

namespace cni::kit::look {

// Views into the answer: they end with the call that is given them.
using NetlinkMap = std::map<int, std::string_view>;
using LinkNames = std::map<int, std::string>;

template <class Body>
Result<void> dump(NetlinkSocket& socket, std::uint16_t type, const Body& request,
                  const std::function<void(const Body&, const NetlinkMap&)>& found) {
  return socket.exchange({type, NLM_F_DUMP, netlink_body(request), {}}, [&](std::string_view answer) {
    NetlinkMap attributes;
    each_netlink_attribute(answer, sizeof(Body), [&](int key, std::string_view bytes) { attributes[key] = bytes; });
    found(netlink_body_of<Body>(answer), attributes);
  });
}

NetlinkMap nested(std::string_view attribute);
std::uint64_t number(std::string_view bytes);  // of 1, 2, 4 or 8 bytes in the machine's order
std::string text(std::string_view bytes);      // up to its NUL
std::string hex(std::string_view bytes);
std::string address(const NetlinkMap& attributes, int type);  // empty: there is none

Result<LinkNames> link_names(NetlinkSocket& socket);
std::string name_of(const LinkNames& names, int index);  // "link 7" for one that is not there

}  // namespace cni::kit::look
