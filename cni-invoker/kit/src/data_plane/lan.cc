#include "kit/src/data_plane/lan.h"

#include <fcntl.h>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/host/netns.h"

namespace cni::kit {
namespace {

// By each address of the pod's that has a gateway, once.
template <class Expect>
Verdict for_each_gateway(const AttachedPod& pod, const Expect& expect) {
  for (const base::IpAddress& own : pod.addresses)
    if (const auto gateway = pod.gateway(own.is_v4())) KIT_REQUIRE(expect(own, *gateway));
  return passed();
}

}  // namespace

Verdict make_lan(const std::string& link) {
  const auto made = [&]() -> Result<void> {
    TRY(make_netns(kLan.netns, true));
    const Fd netns = TRY(base::open_file(kLan.netns, O_RDONLY));
    TRY(move_link(kHostNetns, far_end(link), netns.get()));
    return change_link(kLan.netns, far_end(link), {.up = true});
  }();
  return made ? passed() : skipped(made.error().what);
}

Verdict give_gateways(const std::string& interface, const AttachedPod& pod) {
  int given = 0;
  for (const IpConfig& ip : pod.result.ips) {
    if (ip.gateway.empty()) continue;
    const auto added = add_address(kLan.netns, interface, ip.gateway + ip.address.substr(ip.address.find('/')));
    if (!added) return skipped(added.error().what);
    ++given;
  }
  return given > 0 ? passed() : not_applicable("it gives pods no gateway");
}

Verdict expect_lan(Scene& scene, const AttachedPod& pod) {
  const auto server = Server::start(kLan, kEchoPort);
  if (!server) return skipped(server.error().what);
  return for_each_gateway(pod, [&](const base::IpAddress& own, const base::IpAddress& gateway) {
    for (const Transport transport : kTransports)
      KIT_REQUIRE(scene.expect({pod.place, {transport, gateway, kEchoPort}, kLan.name, own.to_text()}));
    return passed();
  });
}

Verdict expect_no_lan(Scene& scene, const AttachedPod& pod, const std::string& why) {
  const auto server = Server::start(kLan, kEchoPort);
  if (!server) return skipped(server.error().what);
  return for_each_gateway(pod, [&](const base::IpAddress&, const base::IpAddress& gateway) {
    return scene.expect_none(pod.place, {Transport::tcp, gateway, kEchoPort}, why);
  });
}

}  // namespace cni::kit
