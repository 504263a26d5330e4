// Damage inside the pod's network namespace.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "cni/base/files.h"
#include "kit/src/damage/damage.h"
#include "kit/src/damage/kernel.h"

namespace cni::kit {
namespace {

using look::LinkNames;
using look::NetlinkMap;

constexpr const char* kOtherMac = "02:6b:69:74:00:01";

// The interface that the target has made in the pod, and has told of; empty: none.
std::string own_link(const Standing& at) {
  for (const Json& one : at.pod.result.value("interfaces", Json::array())) {
    const std::string name = one.value("name", "");
    if (one.value("sandbox", "") == at.pod.netns && at.made.has("link", name, at.pod.name)) return name;
  }
  // Before 0.3.0 a result tells of none.
  return at.made.has("link", at.pod.ifname, at.pod.name) ? at.pod.ifname : "";
}

// One that it has changed.
std::string changed_link(const Standing& at, const std::string& key) {
  for (const Made::Change& change : at.made.changes())
    if (change.thing.area == "link" && change.thing.where == at.pod.name && change.key == key) return change.thing.name;
  return "";
}

// As destinations are written by whoever dumps them.
std::string destination(const NetlinkMap& attributes, int length) {
  return attributes.contains(RTA_DST) ? look::address(attributes, RTA_DST) + "/" + std::to_string(length) : "default";
}

bool is_default(const std::string& destination) { return destination == "0.0.0.0/0" || destination == "::/0"; }

// A result's route in the main table, or in the table that it names.
bool is_in_result(const Json& result, const rtmsg& body, const NetlinkMap& attributes) {
  const std::uint64_t table =
      attributes.contains(RTA_TABLE) ? look::number(attributes.at(RTA_TABLE)) : std::uint64_t{body.rtm_table};
  const std::string dumped = destination(attributes, body.rtm_dst_len);
  for (const Json& route : result.value("routes", Json::array())) {
    const std::string told = route.value("dst", "");
    const bool is_v6 = told.find(':') != std::string::npos;
    if (is_v6 != (body.rtm_family == AF_INET6) || table != route.value("table", std::uint64_t{RT_TABLE_MAIN})) continue;
    if (dumped == told || (is_default(told) && dumped == "default")) return true;
  }
  return false;
}

}  // namespace

Result<std::string> delete_link(const Standing& at) {
  const std::string link = own_link(at);
  if (link.empty()) return std::string();
  TRY(remove_link(at.pod.netns, link));
  return "interface " + link + " deleted";
}

Result<std::string> rename_link(const Standing& at) {
  const std::string link = own_link(at);
  if (link.empty()) return std::string();
  TRY(change_link(at.pod.netns, link, {.up = false}));
  TRY(change_link(at.pod.netns, link, {.up = true, .name = "other0"}));
  return "interface " + link + " renamed to other0";
}

Result<std::string> flush_addresses(const Standing& at) {
  const std::string link = own_link(at);
  if (at.made.names("address", at.pod.name).empty() || link.empty()) return std::string();
  const std::size_t count = TRY(remove_dumped<ifaddrmsg>(
      at.pod.netns, RTM_GETADDR, RTM_DELADDR, [&](const ifaddrmsg& body, const NetlinkMap&, const LinkNames& names) {
        return look::name_of(names, static_cast<int>(body.ifa_index)) == link && body.ifa_scope != RT_SCOPE_LINK;
      }));
  return count == 0 ? "" : std::to_string(count) + " addresses taken off " + link;
}

Result<std::string> delete_routes(const Standing& at) {
  if (at.made.names("route", at.pod.name).empty()) return std::string();
  const std::size_t count = TRY(remove_dumped<rtmsg>(
      at.pod.netns, RTM_GETROUTE, RTM_DELROUTE, [&](const rtmsg& body, const NetlinkMap& attributes, const LinkNames&) {
        return is_in_result(at.pod.result, body, attributes);
      }));
  return count == 0 ? "" : std::to_string(count) + " routes deleted that the result has";
}

Result<std::string> change_mac(const Standing& at) {
  const std::string own = own_link(at), link = own.empty() ? changed_link(at, "mac") : own;
  if (link.empty()) return std::string();
  const auto mac = at.made.value({"link", link, at.pod.name}, "mac");
  if (!mac || mac->size() != 17) return std::string();
  TRY(change_link(at.pod.netns, link, {.mac = kOtherMac}));
  return "MAC of " + link + " changed from " + *mac + " to " + kOtherMac;
}

Result<std::string> take_link_down(const Standing& at) {
  const std::string link = own_link(at);
  if (link.empty()) return std::string();
  TRY(change_link(at.pod.netns, link, {.up = false}));
  return "interface " + link + " taken down";
}

Result<std::string> take_out_of_vrf(const Standing& at) {
  const std::string link = changed_link(at, "master");
  if (link.empty()) return std::string();
  TRY(change_link(at.pod.netns, link, {.master = ""}));
  return "interface " + link + " taken out of its VRF";
}

Result<std::string> delete_policy_rules(const Standing& at) {
  if (at.made.names("rule", at.pod.name).empty()) return std::string();
  const std::size_t count =
      TRY(remove_dumped<fib_rule_hdr>(at.pod.netns, RTM_GETRULE, RTM_DELRULE,
                                      [&](const fib_rule_hdr& body, const NetlinkMap& attributes, const LinkNames&) {
                                        const auto priority = attributes.find(FRA_PRIORITY);
                                        // All but the kernel's own three.
                                        return (body.family == AF_INET || body.family == AF_INET6) &&
                                               priority != attributes.end() && look::number(priority->second) != 0 &&
                                               look::number(priority->second) < 32766;
                                      }));
  return count == 0 ? "" : std::to_string(count) + " policy rules deleted";
}

Result<std::string> take_lo_down(const Standing& at) {
  if (at.lab.target().role != Role::loopback) return std::string();
  TRY(change_link(at.pod.netns, "lo", {.up = false}));
  return std::string("lo taken down");
}

Result<std::string> set_back(const Standing& at) {
  std::string done;
  for (const auto& [thing, key, was] : at.made.changes()) {
    if (thing.where != at.pod.name) continue;
    if (thing.area == "sysctl") {
      TRY(in_netns(at.pod.netns,
                   [&, &name = thing.name, &value = was] { return base::write_in_place("/proc/sys/" + name, value); }));
    } else if (thing.area == "link" && (key == "mtu" || key == "promisc" || key == "allmulti" || key == "txqlen")) {
      LinkChange change;
      if (key == "mtu") change.mtu = static_cast<unsigned>(std::stoul(was));
      if (key == "txqlen") change.txqlen = static_cast<unsigned>(std::stoul(was));
      if (key == "promisc") change.promisc = !was.empty();
      if (key == "allmulti") change.allmulti = !was.empty();
      TRY(change_link(at.pod.netns, thing.name, change));
    } else {
      continue;
    }
    done += (done.empty() ? "" : ", ") + thing.name + " " + key + " set back to " + (was.empty() ? "off" : was);
  }
  return done;
}

}  // namespace cni::kit
