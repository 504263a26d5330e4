// Queueing disciplines and filters, by rtnetlink(7).
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <set>

#include "cni/base/try.h"
#include "kit/src/world/look.h"
#include "kit/src/world/netlink_dump.h"

namespace cni::kit::look {
namespace {

std::string handle_text(std::uint32_t handle) {
  if (handle == TC_H_ROOT) return "root";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%x:%x", handle >> 16U, handle & 0xffffU);
  return text.data();
}

State limits_of(const std::string& kind, const NetlinkMap& attributes) {
  if (kind != "tbf" || !attributes.contains(TCA_OPTIONS)) return {};
  const NetlinkMap options = nested(attributes.at(TCA_OPTIONS));
  tc_tbf_qopt limits{};
  if (!options.contains(TCA_TBF_PARMS) || options.at(TCA_TBF_PARMS).size() < sizeof limits) return {};
  std::memcpy(&limits, options.at(TCA_TBF_PARMS).data(), sizeof limits);
  return {{"rate", std::to_string(limits.rate.rate) + " bytes/s"},
          {"buffer", std::to_string(limits.buffer)},
          {"limit", std::to_string(limits.limit)}};
}

using Parents = std::set<std::pair<int, std::uint32_t>>;  // that filters may be at: link and handle

Result<Parents> add_disciplines(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  Parents parents;
  TRY(dump<tcmsg>(socket, RTM_GETQDISC, {}, [&](const tcmsg& body, const NetlinkMap& attributes) {
    if (body.tcm_handle == 0) return;  // the kernel's own, that a link is born with
    const std::string kind = attributes.contains(TCA_KIND) ? text(attributes.at(TCA_KIND)) : "";
    add(world,
        {"qdisc",
         kind + " " + handle_text(body.tcm_handle) + " at " + handle_text(body.tcm_parent) + " on " +
             name_of(names, body.tcm_ifindex),
         where},
        limits_of(kind, attributes));
    if (kind == "clsact")
      for (const std::uint32_t side : {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS})
        parents.emplace(body.tcm_ifindex, TC_H_MAKE(TC_H_CLSACT, side));
    else
      parents.emplace(body.tcm_ifindex, body.tcm_handle);
  }));
  return parents;
}

}  // namespace

Result<void> add_traffic_control(World& world, const std::string& where) {
  NetlinkSocket socket = TRY(NetlinkSocket::open(NETLINK_ROUTE));
  const LinkNames names = TRY(link_names(socket));
  for (const auto& [link, parent] : TRY(add_disciplines(world, where, socket, names))) {
    tcmsg request{};
    request.tcm_ifindex = link;
    request.tcm_parent = parent;
    TRY(dump<tcmsg>(socket, RTM_GETTFILTER, request, [&](const tcmsg& body, const NetlinkMap& attributes) {
      const std::string kind = attributes.contains(TCA_KIND) ? text(attributes.at(TCA_KIND)) : "";
      add(world,
          {"filter",
           kind + " preference " + std::to_string(body.tcm_info >> 16U) + " " + handle_text(body.tcm_handle) + " at " +
               handle_text(body.tcm_parent) + " on " + name_of(names, body.tcm_ifindex),
           where},
          {});
    }));
  }
  return {};
}

}  // namespace cni::kit::look
