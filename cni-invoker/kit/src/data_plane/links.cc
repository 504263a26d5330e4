// What is below IP, or beside the host's routes: multicast, isolation, what is on a parent's network, rules by source.
#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/data_plane/lan.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"
#include "kit/src/default_configs.h"
#include "kit/src/host/netns.h"
#include "kit/src/prober/group.h"

namespace cni::kit {
namespace {

bool is_on(const Lab& lab, const char* key) { return maker_config(lab.subject()).value(key, Json()) == true; }

Verdict carries(Lab& lab, const std::vector<base::IpAddress>& groups) {
  const Meant network = meant(lab.subject());
  if (network.type != "bridge" && network.type != "macvlan")
    return not_applicable("'" + network.type + "' does not join pods by a link of theirs");
  if (!network.joins_pods) return not_applicable("its pods are isolated from each other");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  const AttachedPod &sender = scene.pod(0), &receiver = scene.pod(1);
  for (const base::IpAddress& group : groups) {
    const auto is_own = [&](const std::string& peer) {
      return peer.starts_with("fe80:") ||
             std::any_of(sender.addresses.begin(), sender.addresses.end(),
                         [&](const base::IpAddress& own) { return own.to_text() == peer; });
    };
    const bool has_family = std::any_of(sender.addresses.begin(), sender.addresses.end(),
                                        [&](const base::IpAddress& own) { return own.is_v4() == group.is_v4(); });
    if (!has_family) continue;
    const Seen seen = hear_group({sender.place, sender.pod->ifname}, {receiver.place, receiver.pod->ifname}, group,
                                 kEchoPort, kLongEnough);
    scene.note(sender.place, receiver.place.name, "udp " + group.to_text(), true, seen);
    const std::string expected = "pod-2 hears what pod-1 sends to " + group.to_text() + ", from its own address";
    if (!seen.arrived) return failed(expected, seen.why);
    if (!is_own(seen.peer)) return failed(expected, "it is from " + seen.peer);
  }
  return passed();
}

// Catches masquerading of groups, whose members would answer the host.
Verdict carries_multicast(Lab& lab) {
  return carries(lab, {*base::IpAddress::parse("224.0.0.251"), *base::IpAddress::parse("239.1.2.3"),
                       *base::IpAddress::parse("ff02::4711"), *base::IpAddress::parse("ff05::4711")});
}

// The same of DHCP's requests, say: they pass the packet filter where net.bridge.bridge-nf-call-iptables is on.
Verdict carries_broadcasts(Lab& lab) { return carries(lab, {*base::IpAddress::parse("255.255.255.255")}); }

Verdict is_on_its_masters_network(Lab& lab) {
  const Meant network = meant(lab.subject());
  if (network.type != "macvlan" && network.type != "ipvlan")
    return not_applicable("'" + network.type + "' makes no interface on another");
  const std::string master = maker_config(lab.subject()).value("master", "");
  if (master.empty()) return not_applicable("its configuration names no master");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  KIT_REQUIRE(make_lan(master));
  KIT_REQUIRE(give_gateways(far_end(master), scene.pod(0)));
  return expect_lan(scene, scene.pod(0));
}

Verdict moves_a_device(Lab& lab) {
  const PluginUnderTest* plugin = find_type(lab.subject(), "host-device");
  if (plugin == nullptr) return not_applicable("it moves no device into pods");
  const Json device = plugin->config.value("device", Json());
  if (!device.is_string()) return not_applicable("its configuration names no device");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  const std::string link = for_pod(device, scene.pod(0).pod->number).get<std::string>();
  KIT_REQUIRE(make_lan(link));
  KIT_REQUIRE(give_gateways(far_end(link), scene.pod(0)));
  return expect_lan(scene, scene.pod(0));
}

Verdict isolates_ports(Lab& lab) {
  if (!is_on(lab, "portIsolation")) return not_applicable("portIsolation is not on");
  Scene scene(lab);
  KIT_REQUIRE(scene.serve_on_host());
  KIT_REQUIRE(scene.attach(2));
  for (const base::IpAddress& address : scene.pod(1).addresses)
    KIT_REQUIRE(scene.expect_none(scene.pod(0).place, {Transport::tcp, address, kPodPort}, "portIsolation is on"));
  for (const base::IpAddress& own : scene.pod(0).addresses)
    if (const auto gateway = scene.pod(0).gateway(own.is_v4()))
      KIT_REQUIRE(scene.expect({scene.pod(0).place, {Transport::tcp, *gateway, kEchoPort}, "host", own.to_text()}));
  return passed();
}

Verdict drops_foreign_macs(Lab& lab) {
  if (!is_on(lab, "macspoofchk")) return not_applicable("macspoofchk is not on");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  const AttachedPod& pod = scene.pod(0);
  const Target target{Transport::tcp, scene.pod(1).addresses.front(), kPodPort};
  KIT_REQUIRE(scene.expect({pod.place, target, "pod-2", pod.addresses.front().to_text()}));
  if (const auto changed = change_link(pod.place.netns, pod.pod->ifname, {.mac = "02:00:00:00:47:11"}); !changed)
    return skipped(changed.error().what);
  return scene.expect_none(pod.place, target, "its MAC address is not the one that it was given");
}

// A pod with two interfaces on the network. The host takes no packet that comes by another interface than its answer
// would go by, so what the pod answers has to leave where the question came in.
Verdict answers_where_it_was_asked(Lab& lab) {
  if (find_type(lab.subject(), "sbr") == nullptr) return not_applicable("no plugin routes by source");
  if (!meant(lab.subject()).is_routed) return not_applicable("the host is not the gateway of its pods");
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  if (const auto strict = base::write_in_place("/proc/sys/net/ipv4/conf/all/rp_filter", "1"); !strict)
    return skipped(strict.error().what);
  Pod& pod = lab.pod();
  KIT_REQUIRE(scene.attach(pod));
  Pod& again = lab.pod();  // the same pod, by another interface
  again.id = pod.id;
  again.netns = pod.netns;
  again.name = pod.name;
  again.ifname = "eth1";
  KIT_REQUIRE(scene.attach_by_another_interface(again));
  for (const std::size_t number : {0U, 1U})
    for (const base::IpAddress& address : scene.pod(number).addresses)
      if (address.is_v4())
        KIT_REQUIRE(scene.expect(
            {scene.outside(), {Transport::tcp, address, kPodPort}, pod.name, scene.uplink().outside_v4.to_text()}));
  return passed();
}

}  // namespace

std::vector<Check> link_checks() {
  return {
      documented_row("P16", "carries multicast between its pods, from their own addresses",
                     "Documentation of the plugins bridge and macvlan", carries_multicast),
      documented_row("P16b", "carries broadcasts to 255.255.255.255 between its pods, from their own addresses",
                     "Documentation of the plugins bridge and macvlan; of ipMasq: for what leaves the network",
                     carries_broadcasts),
      documented_row("P19", "lets pods reach what is on the network of their master",
                     "Documentation of the plugins macvlan and ipvlan: master", is_on_its_masters_network),
      documented_row("P21", "isolates the ports of a bridge from each other, and not from the host",
                     "Documentation of the plugin bridge: portIsolation", isolates_ports),
      documented_row("P21b", "drops what a pod sends from a MAC address that is not its own",
                     "Documentation of the plugin bridge: macspoofchk", drops_foreign_macs),
      documented_row("P23", "answers by the interface that was asked", "Documentation of the plugin sbr",
                     answers_where_it_was_asked),
      documented_row("P25", "moves a device into the pod, which reaches what is on its network",
                     "Documentation of the plugin host-device", moves_a_device),
  };
}

}  // namespace cni::kit
