#include "kit/src/world/netlink_dump.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "cni/base/ip.h"
#include "cni/base/try.h"

namespace cni::kit::look {

NetlinkMap nested(std::string_view attribute) {
  NetlinkMap attributes;
  each_nested_attribute(attribute, [&](int type, std::string_view bytes) { attributes[type] = bytes; });
  return attributes;
}

std::uint64_t number(std::string_view bytes) {
  switch (bytes.size()) {
    case 1:
      return static_cast<unsigned char>(bytes[0]);
    case 2:
      return netlink_number<std::uint16_t>(bytes);
    case 4:
      return netlink_number<std::uint32_t>(bytes);
    case 8:
      return netlink_number<std::uint64_t>(bytes);
    default:
      return 0;
  }
}

std::string text(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

std::string hex(std::string_view bytes) {
  std::string digits = mac_text(bytes);
  std::erase(digits, ':');
  return digits;
}

std::string address(const NetlinkMap& attributes, int type) {
  const auto found = attributes.find(type);
  if (found == attributes.end()) return {};
  const auto address = base::IpAddress::of_bytes(found->second);
  return address ? address->to_text() : hex(found->second);
}

Result<LinkNames> link_names(NetlinkSocket& socket) {
  LinkNames names;
  TRY(dump<ifinfomsg>(socket, RTM_GETLINK, {}, [&](const ifinfomsg& body, const NetlinkMap& attributes) {
    if (const auto name = attributes.find(IFLA_IFNAME); name != attributes.end())
      names[body.ifi_index] = text(name->second);
  }));
  return names;
}

std::string name_of(const LinkNames& names, int index) {
  const auto found = names.find(index);
  return found == names.end() ? "link " + std::to_string(index) : found->second;
}

}  // namespace cni::kit::look
