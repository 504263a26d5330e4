#include "cni/default_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <sstream>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {
namespace {

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b) { return a << 24U | b << 16U; }

// Away from what others take by default: 10.42 and 10.43 (k3s), 10.85 (CRI-O), 10.88 and up (podman), 10.96 and 10.244
// (kubeadm, flannel), 172.17 and up (docker), 192.168 (homes).
constexpr Prefix kCandidates[] = {{ipv4(10, 63), 16},  {ipv4(10, 131), 16}, {ipv4(10, 157), 16}, {ipv4(10, 179), 16},
                                  {ipv4(10, 203), 16}, {ipv4(10, 219), 16}, {ipv4(172, 30), 16}, {ipv4(172, 26), 16}};

std::uint32_t mask_of(int length) { return length == 0 ? 0U : ~0U << static_cast<unsigned>(32 - length); }

}  // namespace

bool Prefix::overlaps(const Prefix& other) const {
  const std::uint32_t mask = mask_of(std::min(length, other.length));
  return (address & mask) == (other.address & mask);
}

std::string Prefix::to_text() const {
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    text += (text.empty() ? "" : ".") + std::to_string(address >> shift & 255U);
  return text + "/" + std::to_string(length);
}

RouteTable parse_route_table(std::string_view text) {
  RouteTable table;
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string device;
    std::string gateway;
    std::string skipped;
    std::uint32_t destination = 0;
    std::uint32_t mask = 0;
    // Iface Destination Gateway Flags RefCnt Use Metric Mask …; addresses in hex, in network byte order.
    words >> device >> std::hex >> destination >> gateway >> skipped >> skipped >> skipped >> skipped >> mask;
    if (!words || mask == 0) continue;  // the headings are no words of this kind
    const Prefix prefix{ntohl(destination), std::popcount(mask)};
    if (device == kDefaultBridge)
      table.own = prefix;
    else
      table.others.push_back(prefix);
  }
  return table;
}

Result<RouteTable> read_route_table() { return parse_route_table(TRY(base::read_file("/proc/net/route"))); }

Result<Prefix> choose_subnet(const RouteTable& routes) {
  if (routes.own) return *routes.own;
  for (const Prefix& candidate : kCandidates) {
    if (std::none_of(routes.others.begin(), routes.others.end(),
                     [&](const Prefix& other) { return candidate.overlaps(other); }))
      return candidate;
  }
  return Error{
      Kind::exists, 0,
      "choose a subnet for the default network: this machine has routes for all candidates; configure a network "
      "in /etc/cni/net.d"};
}

std::string default_network_json(const Prefix& subnet) {
  const std::string name(kDefaultNetworkName);
  const std::string bridge(kDefaultBridge);
  return R"({
  "cniVersion": "1.0.0",
  "name": ")" +
         name + R"(",
  "plugins": [
    {
      "type": "bridge",
      "bridge": ")" +
         bridge + R"(",
      "isGateway": true,
      "ipMasq": true,
      "hairpinMode": true,
      "capabilities": { "ips": true, "mac": true },
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": ")" +
         subnet.to_text() + R"(" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
    { "type": "firewall" }
  ]
}
)";
}

NetworkList default_network(const Prefix& subnet) {
  return parse_network_list(default_network_json(subnet), "default network").value();
}

bool is_on_default_bridge(const NetworkList& network) {
  return std::any_of(network.plugins.begin(), network.plugins.end(), [](const PluginConfig& plugin) {
    const std::string* bridge = plugin.object.find("bridge");
    return bridge != nullptr && *bridge == json_text(kDefaultBridge);
  });
}

}  // namespace cni
