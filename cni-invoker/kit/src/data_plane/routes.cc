// Between pods, the host and what is beyond it.
#include <array>

#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"

namespace cni::kit {
namespace {

constexpr const char* kBetweenPods = "The network model: pods reach each other without translation";
constexpr const char* kPlugins = "Documentation of the plugins bridge and ptp: isGateway, ipMasq";

// Looking for duplicates takes a second at least.
constexpr Limit kAtOnce{500};

// Of a plugin that the kit does not know it can only be told what is so.
Verdict require_routed(const Meant& meant) {
  if (!meant.is_known) return not_applicable("the kit does not know what '" + meant.type + "' is to carry");
  if (!meant.is_routed) return not_applicable("the host is not the gateway of its pods");
  return passed();
}

// Catches a masquerading rule that is too wide: the other pod would see the gateway.
Verdict joins_pods(Lab& lab) {
  const Meant network = meant(lab.subject());
  if (!network.joins_pods) return not_applicable("'" + network.type + "' does not join pods, as it is configured");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 0}}) {
    const AttachedPod& sender = scene.pod(static_cast<std::size_t>(from));
    const AttachedPod& receiver = scene.pod(static_cast<std::size_t>(to));
    for (std::size_t i = 0; i < receiver.addresses.size() && i < sender.addresses.size(); ++i)
      for (const Transport transport : kTransports)
        KIT_REQUIRE(scene.expect({sender.place,
                                  {transport, receiver.addresses[i], kPodPort},
                                  receiver.place.name,
                                  sender.addresses[i].to_text()}));
  }
  return passed();
}

Verdict answers_pings(Lab& lab) {
  if (const Meant network = meant(lab.subject()); !network.joins_pods)
    return not_applicable("'" + network.type + "' does not join pods, as it is configured");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  for (const base::IpAddress& address : scene.pod(1).addresses) {
    const Seen seen = ping(scene.pod(0).place, address, 100, kLongEnough);
    scene.note(scene.pod(0).place, "pod-2", "icmp " + address.to_text(), true, seen);
    if (!seen.arrived) return failed("an answer to a ping of " + address.to_text() + " from pod-1", seen.why);
  }
  return passed();
}

Verdict is_reached_by_the_host(Lab& lab) {
  KIT_REQUIRE(require_routed(meant(lab.subject())));
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  for (const base::IpAddress& address : pod.addresses)
    for (const Transport transport : kTransports)
      if (const auto gateway = pod.gateway(address.is_v4()))
        KIT_REQUIRE(scene.expect({scene.host(), {transport, address, kPodPort}, pod.place.name, gateway->to_text()}));
  return passed();
}

Verdict reaches_the_host(Lab& lab) {
  KIT_REQUIRE(require_routed(meant(lab.subject())));
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  KIT_REQUIRE(scene.serve_on_host());
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  for (const base::IpAddress& own : pod.addresses)
    for (const auto& address : {pod.gateway(own.is_v4()), std::optional(scene.uplink().host(own.is_v4()))})
      for (const Transport transport : kTransports)
        if (address) KIT_REQUIRE(scene.expect({pod.place, {transport, *address, kEchoPort}, "host", own.to_text()}));
  return passed();
}

// Without masquerading outside sees the pod, and knows the way back.
Verdict reaches_outside(Lab& lab) {
  const Meant network = meant(lab.subject());
  KIT_REQUIRE(require_routed(network));
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  KIT_REQUIRE(scene.attach(1));
  return scene.expect_ways_out(network.masquerades);
}

Verdict is_reached_from_outside(Lab& lab) {
  KIT_REQUIRE(require_routed(meant(lab.subject())));
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  bool tried = false;
  for (const base::IpAddress& address : pod.addresses) {
    if (!pod.has_default_route(address.is_v4())) continue;  // its answers would not find their way
    tried = true;
    for (const Transport transport : kTransports)
      KIT_REQUIRE(scene.expect({scene.outside(),
                                {transport, address, kPodPort},
                                pod.place.name,
                                scene.uplink().outside(address.is_v4()).to_text()}));
  }
  return tried ? passed() : not_applicable("it gives pods no default route");
}

// What a plugin has told to be there is there when it has ended: no waiting for duplicate address detection.
Verdict has_usable_addresses_at_once(Lab& lab) {
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  for (const base::IpAddress& own : scene.pod(0).addresses)
    KIT_REQUIRE(scene.expect({scene.pod(0).place, {Transport::tcp, own, kPodPort}, "pod-1", own.to_text()}, kAtOnce));
  return passed();
}

// In the pod it can only be reached where lo is up, which is what the plugin loopback is for.
Verdict loops_back(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  Scene scene(lab);
  const Place place{pod.name, pod.netns};
  const auto server = Server::start(place, kEchoPort);
  if (!server) return skipped(server.error().what);
  for (const char* text : {"127.0.0.1", "::1"}) {
    const base::IpAddress address = *base::IpAddress::parse(text);
    for (const Transport transport : kTransports)
      KIT_REQUIRE(scene.expect({place, {transport, address, kEchoPort}, pod.name, text}));
  }
  return passed();
}

}  // namespace

std::vector<Check> route_checks() {
  return {
      documented_row("P1", "carries TCP and UDP between its pods, which see each other's own addresses", kBetweenPods,
                     joins_pods),
      documented_row("P1b", "carries pings between its pods", kBetweenPods, answers_pings),
      documented_row("P2", "lets the host reach pods, as their gateway", kPlugins, is_reached_by_the_host),
      documented_row("P3", "lets pods reach the host at the gateway's address and at others", kPlugins,
                     reaches_the_host),
      documented_row("P4", "lets pods reach what is beyond the host; as the host, where it masquerades", kPlugins,
                     reaches_outside),
      documented_row("P5", "lets what is beyond the host reach pods, which see who asks", kPlugins,
                     is_reached_from_outside),
      documented_row("P17", "gives pods addresses that can be used at once, of IPv6 too", kBetweenPods,
                     has_usable_addresses_at_once),
      Check{
          {"P24", Level::must, "lets a pod reach itself at 127.0.0.1 and ::1", "Documentation of the plugin loopback"},
          {.roles = kLoopback, .once = true},
          loops_back},
  };
}

}  // namespace cni::kit
