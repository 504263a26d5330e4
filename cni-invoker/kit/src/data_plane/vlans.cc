// VLANs, and the tables of a VRF: pods reach who is in theirs, and nobody else.
#include <fcntl.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/data_plane/lan.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"

namespace cni::kit {
namespace {

constexpr std::uint16_t kLastVlan = 4094;

Result<void> bring_vlan_up(const std::string& netns, const std::string& name, const std::string& below,
                           std::uint16_t id) {
  TRY(make_vlan(netns, name, below, id));
  return change_link(netns, name, {.up = true});
}

// The machine behind the master is in the pod's VLAN, then in another one, then in none. Catches frames without a tag,
// with another, and a pod that hears more than its own.
Verdict tags_its_frames(Lab& lab) {
  const Json config = maker_config(lab.subject());
  if (meant(lab.subject()).type != "vlan") return not_applicable("its pods are in no VLAN of a master's");
  const std::string master = config.value("master", "");
  if (master.empty()) return not_applicable("its configuration names no master");
  const auto own = config.value<std::uint16_t>("vlanId", 0);
  const auto other = static_cast<std::uint16_t>(own < kLastVlan ? own + 1 : own - 1);
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  KIT_REQUIRE(make_lan(master));
  const std::string pods = "the pod is in VLAN " + std::to_string(own);
  for (const std::uint16_t id : {own, other}) {
    const std::string interface = "lan." + std::to_string(id);
    if (const auto made = bring_vlan_up(kLan.netns, interface, far_end(master), id); !made)
      return skipped(made.error().what);
    KIT_REQUIRE(give_gateways(interface, scene.pod(0)));
    KIT_REQUIRE(id == own ? expect_lan(scene, scene.pod(0))
                          : expect_no_lan(scene, scene.pod(0), pods + ", this is in " + std::to_string(id)));
    if (const auto removed = remove_link(kLan.netns, interface); !removed) return skipped(removed.error().what);
  }
  KIT_REQUIRE(give_gateways(far_end(master), scene.pod(0)));
  return expect_no_lan(scene, scene.pod(0), pods + ", this is in none");
}

// Catches a port that has stayed in the bridge's default VLAN alone: so is the port of the machine beside the pods.
Verdict keeps_ports_in_their_vlan(Lab& lab) {
  const Json config = maker_config(lab.subject());
  const int id = config.value("vlan", 0);
  if (meant(lab.subject()).type != "bridge" || id == 0) return not_applicable("its pods are in no VLAN of a bridge's");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  const AttachedPod &first = scene.pod(0), &second = scene.pod(1);
  for (std::size_t i = 0; i < first.addresses.size() && i < second.addresses.size(); ++i)
    KIT_REQUIRE(scene.expect(
        {first.place, {Transport::tcp, second.addresses[i], kPodPort}, "pod-2", first.addresses[i].to_text()}));
  const std::string port = "kit-port";
  const auto made = [&]() -> Result<void> {
    const Fd host = TRY(base::open_file(kHostNetns, O_RDONLY));
    TRY(TRY(RouteSocket::open(kHostNetns)).make_veth(port, far_end(port), host.get()));
    return change_link(kHostNetns, port, {.up = true, .master = config.value("bridge", "cni0")});
  }();
  if (!made) return skipped(made.error().what);
  KIT_REQUIRE(make_lan(port));
  KIT_REQUIRE(give_gateways(far_end(port), first));
  for (const base::IpAddress& address : first.addresses)
    KIT_REQUIRE(
        scene.expect_none(kLan, {Transport::tcp, address, kPodPort},
                          "the pod is in VLAN " + std::to_string(id) + " of the bridge, this is in its default"));
  return passed();
}

struct Range {
  std::uint16_t first, last;
};
std::vector<Range> trunk_of(const Json& config) {
  std::vector<Range> trunk;
  for (const Json& one : config.value("vlanTrunk", Json::array())) {
    const auto id = one.value<std::uint16_t>("id", 0);
    trunk.push_back(id != 0 ? Range{id, id}
                            : Range{one.value<std::uint16_t>("minID", 1), one.value("maxID", kLastVlan)});
  }
  return trunk;
}

// Both pods have an interface in the VLAN, on the one that they were given: the second is .2.
Verdict join_by_vlan(Scene& scene, std::uint16_t id, const std::string& network) {
  for (const std::size_t number : {0U, 1U}) {
    const AttachedPod& pod = scene.pod(number);
    const std::string interface = "vlan." + std::to_string(id);
    const auto joined = [&]() -> Result<void> {
      TRY(bring_vlan_up(pod.place.netns, interface, pod.pod->ifname, id));
      return add_address(pod.place.netns, interface, network + std::to_string(number + 1) + "/24");
    }();
    if (!joined) return skipped(joined.error().what);
  }
  return passed();
}

Verdict carries_its_trunk(Lab& lab) {
  const std::vector<Range> trunk = trunk_of(maker_config(lab.subject()));
  if (meant(lab.subject()).type != "bridge" || trunk.empty()) return not_applicable("its pods have no vlanTrunk");
  const auto carries = [&](std::uint16_t id) {
    return std::any_of(trunk.begin(), trunk.end(), [&](Range one) { return one.first <= id && id <= one.last; });
  };
  std::uint16_t foreign = kLastVlan;
  while (foreign > 1 && carries(foreign)) --foreign;
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  const std::string own = "192.0.2.", other = "203.0.113.";
  const auto target = [](const std::string& network) {
    return Target{Transport::tcp, *base::IpAddress::parse(network + "2"), kPodPort};
  };
  KIT_REQUIRE(join_by_vlan(scene, trunk.front().first, own));
  KIT_REQUIRE(scene.expect({scene.pod(0).place, target(own), "pod-2", own + "1"}));
  if (foreign == 1) return passed();  // it carries all but that of untagged frames
  KIT_REQUIRE(join_by_vlan(scene, foreign, other));
  return scene.expect_none(scene.pod(0).place, target(other),
                           "VLAN " + std::to_string(foreign) + " is not in vlanTrunk");
}

// The pod has no route but in the VRF's table: who is not bound to the VRF finds no way.
Verdict keeps_routes_in_the_vrf(Lab& lab) {
  const PluginUnderTest* plugin = find_type(lab.subject(), "vrf");
  if (plugin == nullptr) return not_applicable("its pods have no VRF");
  if (!meant(lab.subject()).is_routed) return not_applicable("the host is not the gateway of its pods");
  Scene scene(lab);
  KIT_REQUIRE(scene.serve_on_host());
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  Place bound = pod.place;
  bound.device = plugin->config.value("vrfname", "");
  for (const base::IpAddress& own : pod.addresses)
    if (const auto gateway = pod.gateway(own.is_v4())) {
      const Target target{Transport::tcp, *gateway, kEchoPort};
      KIT_REQUIRE(scene.expect({bound, target, "host", own.to_text()}));
      KIT_REQUIRE(scene.expect_none(pod.place, target, "it is not bound to VRF '" + bound.device + "'"));
    }
  return passed();
}

}  // namespace

std::vector<Check> vlan_checks() {
  return {
      documented_row("P20", "reaches who is in its VLAN on the master, and nobody else",
                     "Documentation of the plugin vlan: master, vlanId", tags_its_frames),
      documented_row("P21c", "keeps its pods in their VLAN of the bridge", "Documentation of the plugin bridge: vlan",
                     keeps_ports_in_their_vlan),
      documented_row("P21d", "carries the VLANs of its trunk between pods, and no others",
                     "Documentation of the plugin bridge: vlanTrunk", carries_its_trunk),
      documented_row("P23b", "leads by the VRF's routes who is bound to it, and nobody else",
                     "Documentation of the plugin vrf: vrfname", keeps_routes_in_the_vrf),
  };
}

}  // namespace cni::kit
