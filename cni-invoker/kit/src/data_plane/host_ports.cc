// Ports of the host that are pods': what portMappings ask for.
#include <array>

#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"

namespace cni::kit {
namespace {

constexpr const char* kPortMappingsSection =
    "CONVENTIONS, capability portMappings; documentation of the plugin portmap";
constexpr std::uint16_t kHostPort = 9080;  // of the first pod, the others have the next ones

Json ports(std::uint16_t number, const std::string& host_ip = "") {
  Json mappings = Json::array();
  for (const char* protocol : {"tcp", "udp"}) {
    mappings.push_back({{"hostPort", number}, {"containerPort", kPodPort}, {"protocol", protocol}});
    if (!host_ip.empty()) mappings.back()["hostIP"] = host_ip;
  }
  return mappings;
}

// A scene with an outside, and pods with ports. Not applicable where no plugin takes ports.
class PortScene : public Scene {
 public:
  explicit PortScene(Lab& lab) : Scene(lab), lab_(lab), meant_(meant(lab.subject())) {}

  Verdict begin() {
    if (find_capability(lab_.subject(), "portMappings") == nullptr)
      return not_applicable("no plugin takes the capability portMappings");
    if (!meant_.is_routed) return not_applicable("the host is not the gateway of its pods");
    return make_outside();
  }
  Verdict attach_with_ports(const std::string& host_ip = "") {
    Pod& pod = lab_.pod();
    pod.runtime_config["portMappings"] = ports(port(pod.number - 1), host_ip);
    return attach(pod);
  }
  static std::uint16_t port(unsigned number) { return static_cast<std::uint16_t>(kHostPort + number); }

  // A target on the host, of the pod's family, for each transport and family; `fails` is the first that is wrong.
  template <class Try>
  Verdict each(const Try& one) {
    for (const base::IpAddress& address : pod(0).addresses)
      for (const Transport transport : kTransports) KIT_REQUIRE(one(transport, address.is_v4()));
    return passed();
  }
  // What the pod sees of who is in its own network, or is the host: translated, so that the answer comes back this way.
  std::string gateway(bool is_v4) {
    const auto address = pod(0).gateway(is_v4);
    return address ? address->to_text() : "";
  }
  bool translates() const {  // "snat": true is portmap's default
    const PluginUnderTest* plugin = find_capability(lab_.subject(), "portMappings");
    return plugin->config.value("snat", true);
  }
  const Meant& network() const { return meant_; }

 private:
  Lab& lab_;
  Meant meant_;
};

Verdict forwards_from_outside(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  KIT_REQUIRE(scene.attach_with_ports());
  KIT_REQUIRE(scene.attach_with_ports());
  return scene.each([&](Transport transport, bool is_v4) {
    for (unsigned number : {0U, 1U})
      KIT_REQUIRE(scene.expect({scene.outside(),
                                {transport, scene.uplink().host(is_v4), PortScene::port(number)},
                                scene.pod(number).place.name,
                                scene.uplink().outside(is_v4).to_text()}));
    return passed();
  });
}

Verdict binds_one_address(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  KIT_REQUIRE(scene.attach_with_ports(scene.uplink().host_v4.to_text()));
  for (const Transport transport : kTransports) {
    KIT_REQUIRE(scene.expect({scene.outside(),
                              {transport, scene.uplink().host_v4, kHostPort},
                              "pod-1",
                              scene.uplink().outside_v4.to_text()}));
    KIT_REQUIRE(scene.expect_none(scene.host(), {transport, *base::IpAddress::parse("127.0.0.1"), kHostPort},
                                  "the port is " + scene.uplink().host_v4.to_text() + "'s"));
  }
  return passed();
}

Verdict forwards_from_localhost(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  if (!scene.translates()) return not_applicable("snat is off");
  KIT_REQUIRE(scene.attach_with_ports());
  if (scene.gateway(true).empty()) return not_applicable("its pods have no IPv4 gateway");
  for (const Transport transport : kTransports)
    KIT_REQUIRE(scene.expect(
        {scene.host(), {transport, *base::IpAddress::parse("127.0.0.1"), kHostPort}, "pod-1", scene.gateway(true)}));
  return passed();
}

Verdict forwards_from_the_host(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  KIT_REQUIRE(scene.attach_with_ports());
  return scene.each([&](Transport transport, bool is_v4) {
    const base::IpAddress& own = scene.uplink().host(is_v4);
    return scene.expect({scene.host(), {transport, own, kHostPort}, "pod-1", own.to_text()});
  });
}

// A pod in the same network has to be translated: it would be answered past the host else.
Verdict forwards_from_pods(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  KIT_REQUIRE(scene.attach_with_ports());
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& other = scene.pod(1);
  return scene.each([&](Transport transport, bool is_v4) {
    for (const base::IpAddress& own : other.addresses) {
      if (own.is_v4() != is_v4) continue;
      const bool is_translated = scene.translates() && scene.pod(0).has_in_its_network(own);
      KIT_REQUIRE(scene.expect({other.place,
                                {transport, scene.uplink().host(is_v4), kHostPort},
                                "pod-1",
                                is_translated ? scene.gateway(is_v4) : own.to_text()}));
    }
    return passed();
  });
}

Verdict forwards_to_oneself(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  if (!scene.network().hairpins) return not_applicable("hairpinMode is off");
  if (!scene.translates()) return not_applicable("snat is off");
  KIT_REQUIRE(scene.attach_with_ports());
  return scene.each([&](Transport transport, bool is_v4) {
    return scene.expect(
        {scene.pod(0).place, {transport, scene.uplink().host(is_v4), kHostPort}, "pod-1", scene.gateway(is_v4)});
  });
}

// A flow whose packets keep coming is not held by what the kernel remembers of the first pod.
Verdict moves_a_flow_along(Lab& lab) {
  PortScene scene(lab);
  KIT_REQUIRE(scene.begin());
  KIT_REQUIRE(scene.attach_with_ports());
  const Target target{Transport::udp, scene.uplink().host_v4, kHostPort};
  const auto flow = Flow::open(scene.outside(), target);
  if (!flow) return skipped(flow.error().what);
  const auto ask_by_flow = [&](const std::string& who) {
    const Seen seen = flow->ask(kLongEnough);
    scene.note(scene.outside(), who, target.text() + " (one flow)", true, seen);
    const std::string expected = target.text() + " of one flow from outside is answered by " + who;
    if (!seen.arrived) return failed(expected, "no answer: " + seen.why);
    return seen.server == who ? passed() : failed(expected, "the answer is " + seen.server + "'s");
  };
  KIT_REQUIRE(ask_by_flow("pod-1"));
  if (const Answer removed = lab.del(*scene.pod(0).pod); !removed.succeeded())
    return skipped("its DEL failed: " + removed.text());
  KIT_REQUIRE(scene.expect_none(scene.outside(), target, "the pod whose port it was is gone"));
  static_cast<void>(flow->ask(kShort));  // goes on while nobody has the port
  Pod& next = lab.pod();
  next.runtime_config["portMappings"] = ports(kHostPort);
  KIT_REQUIRE(scene.attach(next));
  return ask_by_flow(next.name);
}

}  // namespace

std::vector<Check> host_port_checks() {
  const auto row = [](const char* id, const char* title, Verdict (*run)(Lab&)) {
    return documented_row(id, title, kPortMappingsSection, run);
  };
  return {
      row("P6", "forwards a host's port to the pod, which sees who asks", forwards_from_outside),
      row("P7", "forwards a port with hostIP at that address only", binds_one_address),
      row("P8", "forwards a port of 127.0.0.1", forwards_from_localhost),
      row("P9", "forwards a port that the host itself asks at its own address", forwards_from_the_host),
      row("P10", "forwards a port that another pod asks at the host's address", forwards_from_pods),
      row("P11", "forwards a port that the pod itself asks at the host's address", forwards_to_oneself),
      row("P12", "gives a port of a pod that is gone, and its running flows, to the next pod", moves_a_flow_along),
  };
}

}  // namespace cni::kit
