#include "as_added.h"

#include <algorithm>
#include <charconv>

#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"

namespace cni {
namespace {

using base::IpAddress;

LinkAddress read_cidr(const std::string& cidr) {  // checked when the result was read
  const auto slash = cidr.find('/');
  LinkAddress address;
  address.address = IpAddress::parse(cidr.substr(0, slash)).value_or(IpAddress());
  std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), address.prefix_length);
  if (address.address.is_v4() && address.prefix_length > 32) address.prefix_length -= 96;  // ::ffff:10.1.0.5/112
  return address;
}

std::vector<LinkAddress> addresses_on(const std::string& ifname, const NetworkResult& result) {
  std::vector<LinkAddress> addresses;
  for (const IpConfig& ip : result.ips) {
    const auto index = static_cast<std::size_t>(ip.interface.value_or(-1));
    const bool elsewhere = ip.interface.value_or(-1) >= 0 && index < result.interfaces.size() &&
                           (result.interfaces[index].name != ifname || result.interfaces[index].sandbox.empty());
    if (!elsewhere) addresses.push_back(read_cidr(ip.address));
  }
  return addresses;
}

std::string mac_on(const std::string& ifname, const NetworkResult& result) {
  for (const Interface& one : result.interfaces)
    if (one.name == ifname && !one.sandbox.empty()) {
      std::string mac = one.mac;
      std::transform(mac.begin(), mac.end(), mac.begin(),
                     [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
      return mac;
    }
  return {};
}

bool has_host_side(const NetworkResult& result) {
  return std::any_of(result.interfaces.begin(), result.interfaces.end(),
                     [](const Interface& one) { return one.sandbox.empty(); });
}

const Link* find(const std::vector<Link>& links, const std::string& text, std::string Link::*member) {
  const auto found = std::find_if(links.begin(), links.end(), [&](const Link& link) { return link.*member == text; });
  return found == links.end() ? nullptr : &*found;
}

struct Found {
  int index = 0;  // 0: it is gone, and needs no other in its place
  bool stands_in = false;
};

Result<Found> find_or_make(RouteSocket& socket, const std::string& ifname, const NetworkResult& result) {
  const std::vector<Link> links = TRY(socket.links());
  if (const Link* link = find(links, ifname, &Link::name)) return Found{link->index};
  const std::string mac = mac_on(ifname, result);
  if (const Link* link = mac.empty() ? nullptr : find(links, mac, &Link::mac)) {
    TRY(socket.rename(link->index, ifname));
    return Found{link->index};
  }
  if (!has_host_side(result)) return Found{};
  TRY(socket.make_veth(ifname));
  const std::vector<Link> now = TRY(socket.links());
  const Link* made = find(now, ifname, &Link::name);
  return made == nullptr ? Found{} : Found{made->index, true};
}

}  // namespace

Result<NetworkResult> as_it_is(const std::string& netns, const std::string& ifname) {
  NetworkResult result;
  RouteSocket socket = TRY(RouteSocket::open(netns));
  const std::vector<Link> links = TRY(socket.links());
  const Link* link = find(links, ifname, &Link::name);
  if (link == nullptr) return result;
  result.interfaces.resize(2);
  result.interfaces[0].name = "host";
  result.interfaces[1].name = ifname;
  result.interfaces[1].mac = link->mac;
  result.interfaces[1].sandbox = netns;
  for (const LinkAddress& one : TRY(socket.addresses(link->index)))
    result.ips.push_back(
        {.address = one.address.to_text() + "/" + std::to_string(one.prefix_length), .gateway = {}, .interface = 1});
  return result;
}

Result<bool> put_as_added(const std::string& netns, const std::string& ifname, const NetworkResult& result) {
  const std::vector<LinkAddress> wanted = addresses_on(ifname, result);
  if (wanted.empty()) return false;
  const auto holds = [](const std::vector<LinkAddress>& addresses, const LinkAddress& one) {
    return std::find(addresses.begin(), addresses.end(), one) != addresses.end();
  };
  RouteSocket socket = TRY(RouteSocket::open(netns));
  const auto [link, stands_in] = TRY(find_or_make(socket, ifname, result));
  if (link == 0) return false;
  std::vector<LinkAddress> present = TRY(socket.addresses(link));
  const auto foreign = [&](const LinkAddress& one) { return !holds(wanted, one); };
  if (std::any_of(present.begin(), present.end(), foreign)) {
    // First: with an address the kernel removes those that are secondary to it.
    for (const LinkAddress& one : present) {
      if (!foreign(one)) continue;
      auto removed = socket.remove(link, one);
      if (!removed && removed.error().error_number != EADDRNOTAVAIL) return std::move(removed).error();
    }
    present = TRY(socket.addresses(link));
  }
  for (const LinkAddress& address : wanted)
    if (!holds(present, address)) TRY(socket.add(link, address));
  return stands_in;
}

}  // namespace cni
