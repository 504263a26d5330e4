// The plugin firewall.
#include "cni/base/files.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"
#include "kit/src/shell.h"

namespace cni::kit {
namespace {

constexpr const char* kFirewallSection = "Documentation of the plugin firewall";

bool hears_of_bridged_packets() {
  const auto value = base::read_file("/proc/sys/net/bridge/bridge-nf-call-iptables");
  return value && value->starts_with('1');
}

Verdict isolates_pods(Lab& lab) {
  const PluginUnderTest* firewall = find_type(lab.subject(), "firewall");
  if (firewall == nullptr || firewall->config.value("ingressPolicy", "") != "isolated")
    return not_applicable("no firewall of ingressPolicy isolated");
  if (meant(lab.subject()).type != "bridge") return not_applicable("pods are isolated on bridges only");
  if (!hears_of_bridged_packets())
    return skipped("net.bridge.bridge-nf-call-iptables, without which a packet filter hears of nothing bridged");
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(2));
  for (const base::IpAddress& address : scene.pod(1).addresses) {
    KIT_REQUIRE(scene.expect_none(scene.pod(0).place, {Transport::tcp, address, kPodPort}, "pods are isolated"));
    if (const auto gateway = scene.pod(1).gateway(address.is_v4()))
      KIT_REQUIRE(scene.expect({scene.host(), {Transport::tcp, address, kPodPort}, "pod-2", gateway->to_text()}));
  }
  return passed();
}

// As Docker and many distributions leave it: the host forwards nothing that is not let through by a rule.
Verdict opens_a_closed_host(Lab& lab) {
  if (find_type(lab.subject(), "firewall") == nullptr) return not_applicable("there is no firewall in it");
  const Meant network = meant(lab.subject());
  if (!network.is_routed) return not_applicable("the host is not the gateway of its pods");
  for (const char* program : {"iptables", "ip6tables"})
    if (!output_of_shell(std::string(program) + " -P FORWARD DROP")) return skipped(program);
  Scene scene(lab);
  KIT_REQUIRE(scene.make_outside());
  KIT_REQUIRE(scene.attach(1));
  return scene.expect_ways_out(network.masquerades);
}

}  // namespace

std::vector<Check> filter_checks() {
  const auto row = [](const char* id, const char* title, Verdict (*run)(Lab&)) {
    return documented_row(id, title, kFirewallSection, run);
  };
  return {
      row("P5b", "isolates pods from each other, and not from the host, where ingressPolicy says so", isolates_pods),
      row("P27", "lets pods reach outside where the host forwards nothing else", opens_a_closed_host),
  };
}

}  // namespace cni::kit
