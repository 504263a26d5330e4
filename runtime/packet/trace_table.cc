#include "runtime/packet/trace_table.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>

namespace podrun::packet {
namespace {

using base::NetlinkAttributes;
using base::NetlinkRequest;

constexpr std::uint32_t kOwned = 0x2;  // NFT_TABLE_F_OWNER
constexpr int kBeforeAll = -450;       // before raw (-300) and defragmentation (-400)

NetlinkRequest request(std::uint8_t family, std::uint16_t message, std::uint16_t flags, NetlinkAttributes attributes) {
  const nfgenmsg body{family, NFNETLINK_V0, 0};
  return {static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message), flags, base::netlink_body(body),
          std::move(attributes)};
}

NetlinkRequest end_of_batch(std::uint16_t message) {  // or its beginning
  const nfgenmsg body{AF_UNSPEC, NFNETLINK_V0, htons(NFNL_SUBSYS_NFTABLES)};
  return {message, 0, base::netlink_body(body), {}};
}

NetlinkAttributes expression(const std::string& name, const NetlinkAttributes& data) {
  return NetlinkAttributes().add_text(NFTA_EXPR_NAME, name).add_nested(NFTA_EXPR_DATA, data);
}

// Expressions of one rule. All but the last compare what register 1 was loaded with.
class RuleWriter {
 public:
  RuleWriter& transport_is(std::uint8_t protocol) {
    add("meta", NetlinkAttributes().add_number(NFTA_META_DREG, NFT_REG_1).add_number(NFTA_META_KEY, NFT_META_L4PROTO));
    return equals({reinterpret_cast<const char*>(&protocol), 1});
  }
  // Bytes of the transport header on, or of another. `value` is in network order.
  RuleWriter& bytes_are(std::uint32_t offset, std::string_view value,
                        std::uint32_t header = NFT_PAYLOAD_TRANSPORT_HEADER) {
    add("payload", NetlinkAttributes()
                       .add_number(NFTA_PAYLOAD_DREG, NFT_REG_1)
                       .add_number(NFTA_PAYLOAD_BASE, header)
                       .add_number(NFTA_PAYLOAD_OFFSET, offset)
                       .add_number(NFTA_PAYLOAD_LEN, static_cast<std::uint32_t>(value.size())));
    return equals(value);
  }
  NetlinkAttributes traced() {
    add("immediate", NetlinkAttributes()
                         .add_number(NFTA_IMMEDIATE_DREG, NFT_REG_1)
                         .add_nested(NFTA_IMMEDIATE_DATA, NetlinkAttributes().add(NFTA_DATA_VALUE, {"\1\0\0\0", 4})));
    add("meta", NetlinkAttributes().add_number(NFTA_META_KEY, NFT_META_NFTRACE).add_number(NFTA_META_SREG, NFT_REG_1));
    return list_;
  }

 private:
  void add(const std::string& name, const NetlinkAttributes& data) {
    list_.add_nested(NFTA_LIST_ELEM, expression(name, data));
  }
  RuleWriter& equals(std::string_view value) {
    add("cmp", NetlinkAttributes()
                   .add_number(NFTA_CMP_SREG, NFT_REG_1)
                   .add_number(NFTA_CMP_OP, NFT_CMP_EQ)
                   .add_nested(NFTA_CMP_DATA, NetlinkAttributes().add(NFTA_DATA_VALUE, value)));
    return *this;
  }

  NetlinkAttributes list_;
};

template <class Number>
std::string in_network_order(Number number) {
  std::string bytes(sizeof number, '\0');
  for (std::size_t i = sizeof number; i-- > 0; number = static_cast<Number>(number >> 8U))
    bytes[i] = static_cast<char>(number & 0xffU);
  return bytes;
}

// "To the sender": whoever answers. Another version of IP has the same bytes there only by chance.
NetlinkAttributes answers_by_udp(const Endpoint& sender) {
  const auto& bytes = sender.ip.bytes();
  const std::string ip(sender.ip.is_v4() ? bytes.end() - 4 : bytes.begin(), bytes.end());
  return RuleWriter()
      .transport_is(IPPROTO_UDP)
      .bytes_are(2, in_network_order(sender.port))
      .bytes_are(sender.ip.is_v4() ? 16 : 24, ip, NFT_PAYLOAD_NETWORK_HEADER)
      .traced();
}

// What belongs_to() finds in the bytes, as rules. An error quotes an IP header behind its own eight bytes.
std::vector<NetlinkAttributes> rules_for(const Name& name) {
  std::vector<NetlinkAttributes> rules;
  const auto add = [&](std::uint8_t protocol, std::uint32_t offset, const std::string& value) {
    rules.push_back(RuleWriter().transport_is(protocol).bytes_are(offset, value).traced());
  };
  const std::pair<std::uint8_t, std::uint32_t> errors[] = {{IPPROTO_ICMP, 8 + 20}, {IPPROTO_ICMPV6, 8 + 40}};
  if (name.transport == Transport::tcp) {
    add(IPPROTO_TCP, 4, in_network_order(name.sequence));
    add(IPPROTO_TCP, 4, in_network_order(name.first_byte()));
    add(IPPROTO_TCP, 8, in_network_order(name.first_byte()));
    if (name.data != 0) add(IPPROTO_TCP, 8, in_network_order(name.behind_data()));
    for (const auto& [protocol, quoted] : errors) {
      add(protocol, quoted + 4, in_network_order(name.sequence));
      if (name.data != 0) add(protocol, quoted + 4, in_network_order(name.first_byte()));  // too large, for a router
    }
  } else {
    add(IPPROTO_UDP, 8, in_network_order(name.cookie));
    rules.push_back(answers_by_udp(name.flow.source));
    for (const auto& [protocol, quoted] : errors) add(protocol, quoted + 8, in_network_order(name.cookie));
  }
  return rules;
}

void add_chain(std::vector<NetlinkRequest>& batch, std::uint8_t family, const std::string& chain, std::uint32_t hook,
               const Name& name) {
  const auto place = NetlinkAttributes()
                         .add_number(NFTA_HOOK_HOOKNUM, hook)
                         .add_number(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(kBeforeAll));
  batch.push_back(request(family, NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                          NetlinkAttributes()
                              .add_text(NFTA_CHAIN_TABLE, kTraceTable)
                              .add_text(NFTA_CHAIN_NAME, chain)
                              .add_nested(NFTA_CHAIN_HOOK, place)
                              .add_text(NFTA_CHAIN_TYPE, "filter")));
  for (const NetlinkAttributes& rule : rules_for(name))
    batch.push_back(request(family, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
                            NetlinkAttributes()
                                .add_text(NFTA_RULE_TABLE, kTraceTable)
                                .add_text(NFTA_RULE_CHAIN, chain)
                                .add_nested(NFTA_RULE_EXPRESSIONS, rule)));
}

std::vector<NetlinkRequest> table_of(std::uint8_t family) {
  return {end_of_batch(NFNL_MSG_BATCH_BEGIN),
          request(family, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL,
                  NetlinkAttributes().add_text(NFTA_TABLE_NAME, kTraceTable).add_number(NFTA_TABLE_FLAGS, kOwned))};
}

bool is_there(base::NetlinkSocket& socket) {
  return static_cast<bool>(socket.exchange(
      request(NFPROTO_INET, NFT_MSG_GETTABLE, 0, NetlinkAttributes().add_text(NFTA_TABLE_NAME, kTraceTable))));
}

}  // namespace

Result<TraceTable> TraceTable::make(const OpenSpace& space, const Name& name, std::vector<std::string>& missing) {
  auto owner = TRY(open_netlink_in(space, NETLINK_NETFILTER));
  std::vector<NetlinkRequest> of_ip = table_of(NFPROTO_INET);
  add_chain(of_ip, NFPROTO_INET, "prerouting", NF_INET_PRE_ROUTING, name);
  add_chain(of_ip, NFPROTO_INET, "output", NF_INET_LOCAL_OUT, name);
  of_ip.push_back(end_of_batch(NFNL_MSG_BATCH_END));
  auto made = owner.exchange_batch(of_ip);
  // There is one of that name at a time, and what another owns is not ours to add to.
  if (!made && is_there(owner))
    return Error{Kind::busy, EEXIST, "trace rules in " + space.name + ": another podrun trace is under way"};
  TRY(std::move(made).in("trace rules in " + space.name));
  // A bridge counts its hooks as IP does.
  std::vector<NetlinkRequest> of_bridges = table_of(NFPROTO_BRIDGE);
  add_chain(of_bridges, NFPROTO_BRIDGE, "prerouting", NF_INET_PRE_ROUTING, name);
  of_bridges.push_back(end_of_batch(NFNL_MSG_BATCH_END));
  if (const auto bridged = owner.exchange_batch(of_bridges); !bridged)
    missing.push_back("rules of bridges in " + space.name + ": " + bridged.error().what);
  return TraceTable(std::move(owner));
}

}  // namespace podrun::packet
