// Damage on the host.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <set>

#include "cni/base/files.h"
#include "kit/src/damage/damage.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/shell.h"

namespace cni::kit {
namespace {

using look::LinkNames;
using look::NetlinkMap;

bool is_dnat(const std::string& rule) {
  return rule.find("dnat") != std::string::npos || rule.find("DNAT") != std::string::npos ||
         rule.find("redirect") != std::string::npos;
}

bool is_masquerade(const std::string& rule) {
  return rule.find("masquerade") != std::string::npos || rule.find("MASQUERADE") != std::string::npos ||
         rule.find("snat") != std::string::npos;
}

// What stands in a table for translation leads to one, or lets go of it.
bool is_filter(const std::string& rule) {
  if (rule.find(" nat, ") < rule.find(", ")) return false;
  for (const char* verdict : {" accept", " drop", " reject", "-j ACCEPT", "-j DROP", "-j REJECT"})
    if (rule.ends_with(verdict) || rule.find(std::string(verdict) + " ") != std::string::npos) return true;
  return false;
}

std::string flush_chain(const std::string& family, const std::string& table, const std::string& chain) {
  return "nft flush chain " + family + " " + table + " '" + chain + "'";
}

// "table ip nat, chain CNI-DN-1, tcp dport 80 dnat to …", "iptables-legacy-save nat, -A CNI-DN-1 …": what empties the
// chain. The rule has to be one: a line that declares the chain has nothing behind it.
std::string emptying(const std::string& rule) {
  const std::size_t first = rule.find(", ");
  if (first == std::string::npos) return "";
  const std::string begin = rule.substr(0, first), rest = rule.substr(first + 2);
  if (begin.starts_with("table ") && rest.starts_with("chain ")) {
    const std::size_t second = rest.find(", ");
    const std::size_t space = begin.find(' ', 6);
    if (second == std::string::npos || space == std::string::npos) return "";
    return flush_chain(begin.substr(6, space - 6), begin.substr(space + 1), rest.substr(6, second - 6));
  }
  const std::size_t dash = begin.find("-save ");
  if (dash != std::string::npos && rest.starts_with("-A "))
    return begin.substr(0, dash) + " -t " + begin.substr(dash + 6) + " -F " + rest.substr(3, rest.find(' ', 3) - 3);
  return "";
}

Result<std::string> flush_rules(const Standing& at, bool (*is_meant)(const std::string&)) {
  std::set<std::string> lines;
  for (const std::string& rule : at.made.names("packet filter", ""))
    if (is_meant(rule))
      if (const std::string line = emptying(rule); !line.empty()) lines.insert(line);
  std::string done;
  for (const std::string& line : lines) {
    if (!output_of_shell(line)) return Error{Kind::internal, 0, "failed: " + line};
    done += (done.empty() ? "" : "; ") + line;
  }
  return done;
}

}  // namespace

Result<std::string> take_off_bridge(const Standing& at) {
  for (const std::string& link : at.made.names("link", "")) {
    const auto master = at.made.value({"link", link, ""}, "master");
    if (!master) continue;
    TRY(change_link(kHostNetns, link, {.master = ""}));
    return "interface " + link + " of the host taken off " + *master;
  }
  return std::string();
}

// A file that is of this attachment: named by an address of it, or holding its id.
Result<std::string> delete_reservation(const Standing& at) {
  std::set<std::string> addresses;
  for (const Json& ip : at.pod.result.value("ips", Json::array())) {
    const std::string address = ip.value("address", "");
    addresses.insert(address.substr(0, address.find('/')));
  }
  std::string done;
  for (const std::string& path : at.made.names("file", "")) {
    const bool is_named = addresses.contains(path.substr(path.rfind('/') + 1));
    if (!is_named && base::read_file(path).value_or("").find(at.pod.id) == std::string::npos) continue;
    TRY(base::remove_file(path));
    done += (done.empty() ? "removed " : ", ") + path;
  }
  return done;
}

Result<std::string> flush_dnat(const Standing& at) { return flush_rules(at, is_dnat); }
Result<std::string> flush_filter(const Standing& at) { return flush_rules(at, is_filter); }
Result<std::string> flush_masquerade(const Standing& at) { return flush_rules(at, is_masquerade); }

Result<std::string> delete_qdisc(const Standing& at) {
  const std::vector<std::string> made = at.made.names("qdisc", "");
  if (made.empty()) return std::string();
  const std::size_t count = TRY(remove_dumped<tcmsg>(
      kHostNetns, RTM_GETQDISC, RTM_DELQDISC, [&](const tcmsg& body, const NetlinkMap&, const LinkNames& names) {
        const std::string link = " on " + look::name_of(names, body.tcm_ifindex);
        return body.tcm_handle != 0 &&
               std::any_of(made.begin(), made.end(), [&](const auto& one) { return one.ends_with(link); });
      }));
  return count == 0 ? "" : std::to_string(count) + " queueing disciplines deleted";
}

Result<std::string> delete_ifb(const Standing& at) {
  for (const std::string& link : at.made.names("link", "")) {
    if (at.made.value({"link", link, ""}, "type") != "ifb") continue;
    TRY(remove_link(kHostNetns, link));
    return "interface " + link + " (ifb) of the host deleted";
  }
  return std::string();
}

Result<std::string> stop_forwarding(const Standing& at) {
  if (at.lab.target().role != Role::interface) return std::string();
  const std::string path = "/proc/sys/net/ipv4/ip_forward";
  if (!base::read_file(path).value_or("").starts_with("1")) return std::string();
  TRY(base::write_in_place(path, "0"));
  return std::string("net/ipv4/ip_forward set to 0");
}

}  // namespace cni::kit
