#include <array>

#include "cni/base/files.h"
#include "kit/src/world/look.h"

namespace cni::kit::look {
namespace {

constexpr std::array kOfNamespace{"ipv4/ip_forward", "bridge/bridge-nf-call-iptables",
                                  "bridge/bridge-nf-call-ip6tables", "bridge/bridge-nf-call-arptables"};
constexpr std::array kOfLinkV4{"forwarding", "route_localnet", "rp_filter",    "proxy_arp",
                               "arp_filter", "arp_notify",     "accept_local", "accept_redirects"};
constexpr std::array kOfLinkV6{"forwarding", "accept_ra", "accept_dad", "disable_ipv6", "proxy_ndp", "autoconf"};

// A value of /proc/sys/net, which is the calling thread's namespace's. What this kernel has not is not there.
void add_sysctl(World& world, const std::string& where, const std::string& name) {
  auto value = base::read_file("/proc/sys/net/" + name);
  if (!value) return;
  while (value->ends_with('\n')) value->pop_back();
  add(world, {"sysctl", "net/" + name, where}, {{"is", *value}});
}

template <class Names>
void add_of_links(World& world, const std::string& where, const std::string& family, const Names& names) {
  const std::string dir = family + "/conf/";
  for (const std::string& link : base::list_dir("/proc/sys/net/" + dir).value_or({}))
    for (const char* name : names) add_sysctl(world, where, dir + link + "/" + name);
}

}  // namespace

void add_sysctls(World& world, const std::string& where) {
  for (const char* name : kOfNamespace) add_sysctl(world, where, name);
  add_of_links(world, where, "ipv4", kOfLinkV4);
  add_of_links(world, where, "ipv6", kOfLinkV6);
}

}  // namespace cni::kit::look
