#include "runtime/kernel/link_quality.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "base/netlink.h"

namespace podrun {
namespace {

constexpr std::uint32_t kQueuedPackets = 10'000;  // a second of 100 Mbit/s in full packets, whatever the delay

std::uint32_t at_most_32_bits(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

// The structure first, attributes behind it.
std::string netem_options(const LinkQuality& quality) {
  tc_netem_qopt options{};
  options.limit = kQueuedPackets;
  options.loss = static_cast<std::uint32_t>(quality.loss * std::numeric_limits<std::uint32_t>::max());
  base::NetlinkAttributes more;
  more.add(TCA_NETEM_LATENCY64, base::netlink_body<std::int64_t>(quality.delay.count()));
  if (quality.rate != 0) {
    const std::uint64_t bytes = quality.rate / 8;
    tc_netem_rate rate{};
    rate.rate = at_most_32_bits(bytes);
    more.add(TCA_NETEM_RATE, base::netlink_body(rate)).add(TCA_NETEM_RATE64, base::netlink_body(bytes));
  }
  return base::netlink_body(options) + more.bytes();
}

std::string tbf_options(const LinkQuality& quality) {
  const std::uint64_t bytes = quality.rate / 8;
  // What may go at once: of 4 ms, or two full packets where that is less.
  const std::uint32_t burst = at_most_32_bits(std::max<std::uint64_t>(bytes / 250, 3'100));
  tc_tbf_qopt options{};
  options.rate.rate = at_most_32_bits(bytes);
  options.rate.linklayer = TC_LINKLAYER_ETHERNET;
  options.limit = at_most_32_bits(bytes / 10 + std::uint64_t{20} * burst);  // of 100 ms wait, the rest is lost
  base::NetlinkAttributes all;
  all.add(TCA_TBF_PARMS, base::netlink_body(options))
      .add(TCA_TBF_BURST, base::netlink_body(burst))
      .add(TCA_TBF_RATE64, base::netlink_body(bytes));
  return all.bytes();
}

}  // namespace

Result<void> set_link_quality(const std::string& link, const LinkQuality& quality) {
  const bool is_rate_alone = quality.loss == 0 && quality.delay.count() == 0;
  const std::string kind = is_rate_alone ? "tbf" : "netem";
  tcmsg body{};
  body.tcm_ifindex = static_cast<int>(::if_nametoindex(link.c_str()));
  if (body.tcm_ifindex == 0) return Error::system(errno, "find link '" + link + "'");
  body.tcm_parent = TC_H_ROOT;
  base::NetlinkRequest request{RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, base::netlink_body(body), {}};
  request.attributes.add_text(TCA_KIND, kind);
  request.attributes.add(TCA_OPTIONS, is_rate_alone ? tbf_options(quality) : netem_options(quality));
  auto socket = TRY(base::NetlinkSocket::open(NETLINK_ROUTE));
  auto done = socket.exchange(std::move(request));
  if (!done && done.error().error_number == ENOENT)
    return Error{Kind::unsupported, ENOENT,
                 "this kernel has no " + kind + " (module sch_" + kind + "), which " +
                     (is_rate_alone ? "a rate takes" : "loss and delay take")};
  return std::move(done).in("set the quality of link '" + link + "'");
}

}  // namespace podrun
