// How long packets may be, and how fast they go.
#include <algorithm>
#include <cmath>
#include <thread>

#include "cni/base/try.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"
#include "kit/src/host/netns.h"
#include "kit/src/prober/rate.h"
#include "kit/src/world/world.h"

namespace cni::kit {
namespace {

constexpr const char* kMtu = "Documentation of the plugins: mtu";
constexpr const char* kRates = "CONVENTIONS, capability bandwidth; documentation of the plugin bandwidth";
constexpr std::uint16_t kFreePort = 5001;

// As the network namespace has it; 0: no such link.
std::size_t mtu_of(const Place& place, const std::string& link) {
  const World world = look_at_world({.namespaces = {{place.name, place.netns}}});
  const auto found = world.find({"link", link, place.name});
  if (found == world.end()) return 0;
  for (const auto& [key, value] : found->second)
    if (key == "mtu") return std::stoul(value);
  return 0;
}

// The last plugin's of the list that has one; 0: none has.
std::size_t configured_mtu(const Subject& subject) {
  std::size_t mtu = 0;
  for (const PluginUnderTest& plugin : subject.plugins)
    if (const auto found = plugin.config.find("mtu"); found != plugin.config.end() && found->is_number_unsigned())
      mtu = found->get<std::size_t>();
  return mtu;
}

// Whom a pod is to reach on its own link: the other pod, or the host.
std::vector<base::IpAddress> neighbours(const Meant& network, Scene& scene) {
  if (network.joins_pods) return scene.pod(1).addresses;
  std::vector<base::IpAddress> gateways;
  for (const bool is_v4 : {true, false})
    if (const auto gateway = scene.pod(0).gateway(is_v4); gateway && network.is_routed) gateways.push_back(*gateway);
  return gateways;
}

// Catches an end of a link, or a bridge, that has kept another MTU.
Verdict carries_full_packets(Lab& lab) {
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  const AttachedPod& pod = scene.pod(0);
  const std::size_t mtu = mtu_of(pod.place, pod.pod->ifname);
  if (const std::size_t wanted = configured_mtu(lab.subject()); wanted != 0 && mtu != wanted)
    return failed("an MTU of " + std::to_string(wanted) + " at the pod's interface, as it is configured",
                  std::to_string(mtu));
  const auto addresses = neighbours(meant(lab.subject()), scene);
  if (addresses.empty()) return not_applicable("nobody is to be reached by its pods");
  for (const base::IpAddress& address : addresses) {
    const auto ping_with = [&](std::size_t size, Limit limit) {
      Seen seen = ping(pod.place, address, size, limit);
      scene.note(pod.place, address.to_text(), "icmp of " + std::to_string(size) + " bytes", size <= mtu, seen);
      return seen;
    };
    const std::string what = " that must not be fragmented reaches " + address.to_text() + " from pod-1";
    if (const Seen whole = ping_with(mtu, kLongEnough); !whole.arrived)
      return failed("a packet of " + std::to_string(mtu) + " bytes, the interface's MTU," + what, whole.why);
    if (ping_with(mtu + 1, Limit(1)).arrived)
      return failed("no packet of " + std::to_string(mtu + 1) + " bytes" + what, "it did");
  }
  return passed();
}

// Catches a rule that drops ICMP's "fragmentation needed" on its way back.
Verdict learns_the_paths_mtu(Lab& lab) {
  const Meant network = meant(lab.subject());
  if (!network.is_routed) return not_applicable("the host is not the gateway of its pods");
  constexpr unsigned kSmall = 1300;
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  if (const auto changed = change_link(kHostNetns, scene.uplink().link, {.mtu = kSmall}); !changed)
    return skipped(changed.error().what);
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  const std::size_t mtu = mtu_of(pod.place, pod.pod->ifname);
  if (mtu <= kSmall) return not_applicable("its pods' MTU is " + std::to_string(mtu));
  bool tried = false;
  for (const base::IpAddress& own : pod.addresses) {
    if (!pod.has_default_route(own.is_v4())) continue;
    tried = true;
    const Target target{Transport::udp, scene.uplink().outside(own.is_v4()), kEchoPort};
    const auto flow = Flow::open(pod.place, target);
    if (!flow) return skipped(flow.error().what);
    std::optional<int> learnt;
    for (int round = 0; round < 40 && learnt != kSmall; ++round) {
      static_cast<void>(flow->send(mtu));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      learnt = flow->path_mtu();
    }
    scene.note(pod.place, "outside", target.text() + " of " + std::to_string(mtu) + " bytes", false, {});
    if (learnt != kSmall)
      return failed("pod-1 learns that packets to outside can have " + std::to_string(kSmall) + " bytes",
                    "it goes on sending packets of " + std::to_string(learnt.value_or(0)));
  }
  return tried ? passed() : not_applicable("it gives pods no default route");
}

std::string megabits(double rate) {
  const auto tenths = static_cast<long>(std::lround(rate / 1e5));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " Mbit/s";
}

class RateScene : public Scene {
 public:
  using Scene::Scene;

  // A machine that is busy with something else is no limiter: it is measured again.
  Verdict expect_rate(std::size_t from, std::size_t to, double wanted) {
    double rate = 0;
    for (int round = 0; round < 3; ++round) {
      const auto measured = measure(from, to, Limit(1000), Limit(2000));
      if (!measured) return skipped(measured.error().what);
      rate = *measured;
      if (std::abs(rate - wanted) <= 0.15 * wanted) return passed();
    }
    return failed(megabits(wanted) + " from " + pod(from).place.name + " to " + pod(to).place.name + ", within 15 %",
                  megabits(rate));
  }
  Verdict expect_faster(std::size_t from, std::size_t to, double limit) {
    const auto rate = measure(from, to, Limit(100), Limit(400));
    if (!rate) return skipped(rate.error().what);
    if (*rate > 2 * limit) return passed();
    return failed("no limit from " + pod(from).place.name + " to " + pod(to).place.name, megabits(*rate));
  }

 private:
  Result<double> measure(std::size_t from, std::size_t to, Limit first, Limit duration) {
    const base::IpAddress& address = pod(to).addresses.front();
    const double rate = TRY(measure_rate(pod(from).place, pod(to).place, address, kFreePort, first, duration));
    note(pod(from).place, pod(to).place.name, "tcp " + address.to_text() + " at " + megabits(rate), true,
         {true, "", "", ""});
    return rate;
  }
};

// In: what the pod receives. Catches a limit on the wrong side, and one that all pods share.
Verdict limits_rates(Lab& lab) {
  if (find_capability(lab.subject(), "bandwidth") == nullptr)
    return not_applicable("no plugin takes the capability bandwidth");
  if (!meant(lab.subject()).joins_pods) return not_applicable("its pods do not reach each other");
  constexpr double kIn = 8e6, kOut = 4e6;
  RateScene scene(lab);
  Pod& limited = lab.pod();
  limited.runtime_config["bandwidth"] = {
      {"ingressRate", 8000000}, {"ingressBurst", 800000}, {"egressRate", 4000000}, {"egressBurst", 400000}};
  KIT_REQUIRE(scene.attach(limited));
  for (int others = 0; others < 2; ++others) {
    Pod& pod = lab.pod();
    pod.runtime_config.erase("bandwidth");
    KIT_REQUIRE(scene.attach(pod));
  }
  KIT_REQUIRE(scene.expect_rate(1, 0, kIn));
  KIT_REQUIRE(scene.expect_rate(0, 1, kOut));
  return scene.expect_faster(1, 2, kIn);
}

}  // namespace

std::vector<Check> size_checks() {
  return {
      documented_row("P13", "carries packets as long as the pod's MTU, which is the configured one", kMtu,
                     carries_full_packets),
      documented_row("P14", "lets pods learn that a link on the way takes shorter packets only", "RFC 1191, RFC 8201",
                     learns_the_paths_mtu),
      documented_row("P15", "limits the rates of the pod that asks for it, each way, and of no other", kRates,
                     limits_rates),
  };
}

}  // namespace cni::kit
