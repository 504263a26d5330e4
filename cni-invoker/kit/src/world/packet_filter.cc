#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <sstream>
#include <vector>

#include "cni/base/files.h"
#include "cni/base/netlink.h"
#include "cni/base/try.h"
#include "kit/src/shell.h"
#include "kit/src/world/look.h"

namespace cni::kit::look {
namespace {

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t") + 1 - begin);
}

std::string outer_blocks(const std::vector<std::string>& blocks) {
  std::string text;
  for (const std::string& block : blocks) text += block + ", ";
  return text;
}

// Blocks in braces, a statement a line: "table ip nat { chain POSTROUTING { ip saddr … masquerade } }".
void add_ruleset(World& world, const std::string& where, const std::string& ruleset) {
  std::istringstream lines(ruleset);
  std::vector<std::string> blocks;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (line == "}") {
      if (!blocks.empty()) blocks.pop_back();
      continue;
    }
    const bool opens = line.ends_with("{") && line.find('{') == line.size() - 1;
    if (opens) line = trimmed(line.substr(0, line.size() - 1));
    add(world, {"packet filter", outer_blocks(blocks) + line, where}, {});
    if (opens) blocks.push_back(line);
  }
}

// A pod has hardly ever one, and to start nft takes longer than all the rest.
Result<bool> has_tables() {
  NetlinkSocket socket = TRY(NetlinkSocket::open(NETLINK_NETFILTER));
  const nfgenmsg of_any_family{AF_UNSPEC, NFNETLINK_V0, 0};
  bool any = false;
  TRY(socket.exchange({NFNL_SUBSYS_NFTABLES << 8U | NFT_MSG_GETTABLE, NLM_F_DUMP, netlink_body(of_any_family), {}},
                      [&](std::string_view) { any = true; }));
  return any;
}

// Rules of the older kind are not in nftables' list. A chain's counters stand in brackets.
void add_legacy(World& world, const std::string& where, const std::string& program, const std::string& names) {
  const auto tables = base::read_file(names);
  if (!tables || tables->empty()) return;
  std::istringstream lines(output_of_shell(program).value_or(""));
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('*')) table = line.substr(1);
    if (line.starts_with(':') || line.starts_with("-A"))
      add(world, {"packet filter", program + " " + table + ", " + line.substr(0, line.find(" [")), where}, {});
  }
}

}  // namespace

void add_packet_filter(World& world, const std::string& where) {
  if (has_tables().value_or(true))
    add_ruleset(world, where, output_of_shell("nft -s list ruleset").value_or(""));  // -s: without counters
  add_legacy(world, where, "iptables-legacy-save", "/proc/thread-self/net/ip_tables_names");
  add_legacy(world, where, "ip6tables-legacy-save", "/proc/thread-self/net/ip6_tables_names");
}

}  // namespace cni::kit::look
