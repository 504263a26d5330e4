// Interfaces whose packets a program takes and gives: the plugin tap.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <array>
#include <cstring>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/data_plane/meant.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/data_plane/scene.h"
#include "kit/src/world/netlink_dump.h"

namespace cni::kit {
namespace {

constexpr const char* kSection = "Documentation of the plugin tap";
constexpr std::array<std::uint8_t, ETH_ALEN> kOurMac{0x02, 0, 0, 0, 0x47, 0x12};

Verdict require_tap(const Lab& lab) {
  return meant(lab.subject()).type == "tap" ? passed() : not_applicable("it makes no tap");
}

// A queue of the tap that is there: the kernel would make one of another name.
Result<Fd> open_queue(const Pod& pod, bool of_several) {
  return in_netns(pod.netns, [&]() -> Result<Fd> {
    Fd queue(::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!queue) return Error::system(errno, "open '/dev/net/tun'");
    ifreq request{};
    pod.ifname.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | (of_several ? IFF_MULTI_QUEUE : 0));
    if (::ioctl(queue.get(), TUNSETIFF, &request) != 0) return Error::system(errno, "open tap '" + pod.ifname + "'");
    return queue;
  });
}

struct ArpFrame {
  ether_header ethernet;
  ether_arp arp;
};

// Who has the address? Asked by nobody's address, as in RFC 5227: no route back is needed.
ArpFrame arp_request(const base::IpAddress& address) {
  ArpFrame frame{};
  std::memset(frame.ethernet.ether_dhost, 0xff, ETH_ALEN);
  std::memcpy(frame.ethernet.ether_shost, kOurMac.data(), ETH_ALEN);
  frame.ethernet.ether_type = htons(ETHERTYPE_ARP);
  frame.arp.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), ETH_ALEN, 4, htons(ARPOP_REQUEST)};
  std::memcpy(frame.arp.arp_sha, kOurMac.data(), ETH_ALEN);
  std::memcpy(frame.arp.arp_tpa, address.bytes().data() + 12, 4);
  return frame;
}

bool answers(const ArpFrame& asked, const ArpFrame& heard) {
  return heard.ethernet.ether_type == htons(ETHERTYPE_ARP) && heard.arp.ea_hdr.ar_op == htons(ARPOP_REPLY) &&
         std::memcmp(heard.arp.arp_spa, asked.arp.arp_tpa, 4) == 0;
}

// Of what the pod says by itself meanwhile nothing is an answer.
Seen ask_by_queue(const Fd& queue, const base::IpAddress& address, Limit limit) {
  const ArpFrame request = arp_request(address);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (::write(queue.get(), &request, sizeof request) < 0 && errno != EAGAIN && errno != EIO)
      return {false, "", "", std::string("a frame cannot be written: ") + ::strerrordesc_np(errno)};
    for (pollfd polled{queue.get(), POLLIN, 0}; ::poll(&polled, 1, 100) > 0;) {
      std::array<char, 2048> bytes{};
      ArpFrame frame{};
      if (::read(queue.get(), bytes.data(), bytes.size()) < static_cast<ssize_t>(sizeof frame)) continue;
      std::memcpy(&frame, bytes.data(), sizeof frame);
      if (answers(request, frame)) return {true, "pod-1", address.to_text(), ""};
    }
  }
  return {false, "", "", "no answer in " + std::to_string(limit.count()) + " ms"};
}

bool has_several_queues(const Lab& lab) { return maker_config(lab.subject()).value("multiQueue", false); }

Verdict carries_by_its_descriptor(Lab& lab) {
  KIT_REQUIRE(require_tap(lab));
  Scene scene(lab);
  KIT_REQUIRE(scene.attach(1));
  const AttachedPod& pod = scene.pod(0);
  const auto queue = open_queue(*pod.pod, has_several_queues(lab));
  if (!queue) return failed("its tap can be opened by who runs the pod", queue.error().what);
  bool tried = false;
  for (const base::IpAddress& own : pod.addresses) {
    if (!own.is_v4()) continue;
    tried = true;
    const Seen seen = ask_by_queue(*queue, own, kLongEnough);
    scene.note({"tap", pod.place.netns}, pod.place.name, "arp " + own.to_text(), true, seen);
    if (!seen.arrived)
      return failed("a frame that is written to the tap arrives in the pod, and the pod's answer can be read there",
                    seen.why);
  }
  return tried ? passed() : not_applicable("it gives pods no address of IPv4");
}

// What the kernel tells of a link of that kind; empty: it tells nothing.
Result<std::string> details_of_link(const Pod& pod) {
  NetlinkSocket socket = TRY(in_netns(pod.netns, [] { return NetlinkSocket::open(NETLINK_ROUTE); }));
  std::string details;
  TRY(look::dump<ifinfomsg>(socket, RTM_GETLINK, {}, [&](const ifinfomsg&, const look::NetlinkMap& attributes) {
    const auto name = attributes.find(IFLA_IFNAME), info = attributes.find(IFLA_LINKINFO);
    if (name == attributes.end() || info == attributes.end() || look::text(name->second) != pod.ifname) return;
    const look::NetlinkMap parts = look::nested(info->second);
    if (const auto data = parts.find(IFLA_INFO_DATA); data != parts.end()) details = data->second;
  }));
  return details;
}

Verdict is_whose_it_is_meant_to_be(Lab& lab) {
  KIT_REQUIRE(require_tap(lab));
  const Json config = maker_config(lab.subject());
  struct Said {
    const char* key;
    int attribute;
  };
  constexpr Said kSaid[] = {{"owner", IFLA_TUN_OWNER}, {"group", IFLA_TUN_GROUP}};
  if (!config.contains("owner") && !config.contains("group") && !has_several_queues(lab))
    return not_applicable("its configuration names no owner, no group, and not several queues");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.has_what_it_needs());
  if (const Answer added = lab.add(pod); !added.succeeded()) return skipped("its ADD failed: " + added.text());
  const auto details = details_of_link(pod);
  if (!details) return skipped(details.error().what);
  const look::NetlinkMap tap = look::nested(*details);
  for (const Said& said : kSaid) {
    if (!config.contains(said.key)) continue;
    const auto is = tap.find(said.attribute);
    const std::string wanted = config.at(said.key).dump();
    const std::string seen = is == tap.end() ? "none" : std::to_string(look::number(is->second));
    if (seen != wanted)
      return failed("the " + std::string(said.key) + " of the pod's tap is " + wanted, "it is " + seen);
  }
  if (!has_several_queues(lab)) return passed();
  const auto first = open_queue(pod, true), second = open_queue(pod, true);
  for (const auto* queue : {&first, &second})
    if (!*queue) return failed("the pod's tap can be opened twice, as multiQueue is on", queue->error().what);
  return passed();
}

}  // namespace

std::vector<Check> tap_checks() {
  const auto row = [](const char* id, const char* title, Verdict (*run)(Lab&)) {
    return documented_row(id, title, kSection, run);
  };
  return {
      row("P22", "carries frames between the pod and who has opened its tap", carries_by_its_descriptor),
      row("P22b", "gives the tap to the owner and the group, and as many queues, as it is told",
          is_whose_it_is_meant_to_be),
  };
}

}  // namespace cni::kit
