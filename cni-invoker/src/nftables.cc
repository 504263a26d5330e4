#include "nftables.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <net/if.h>

#include "cni/base/try.h"

namespace cni {

namespace {

// No word of nft's language: it could not read again what it prints of such a chain.
constexpr const char* kChain = "guard";

NetlinkRequest request(std::uint16_t message, std::uint16_t flags, NetlinkAttributes attributes) {
  const nfgenmsg body{NFPROTO_IPV4, NFNETLINK_V0, 0};
  return {static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message), flags, netlink_body(body),
          std::move(attributes)};
}

NetlinkRequest mark(std::uint16_t message) {  // the beginning and the end of a batch
  const nfgenmsg body{AF_UNSPEC, NFNETLINK_V0, htons(NFNL_SUBSYS_NFTABLES)};
  return {message, 0, netlink_body(body), {}};
}

NetlinkAttributes expression(const std::string& name, const NetlinkAttributes& data) {
  return NetlinkAttributes().add_text(NFTA_EXPR_NAME, name).add_nested(NFTA_EXPR_DATA, data);
}

NetlinkAttributes equals(std::string_view value) {
  return expression("cmp", NetlinkAttributes()
                               .add_number(NFTA_CMP_SREG, NFT_REG_1)
                               .add_number(NFTA_CMP_OP, NFT_CMP_EQ)
                               .add_nested(NFTA_CMP_DATA, NetlinkAttributes().add(NFTA_DATA_VALUE, value)));
}

NetlinkAttributes expressions_of(const DropRule& rule) {
  std::string interface = rule.interface;
  interface.resize(IFNAMSIZ, '\0');
  const char value = static_cast<char>(rule.value);
  const auto meta =
      NetlinkAttributes().add_number(NFTA_META_DREG, NFT_REG_1).add_number(NFTA_META_KEY, NFT_META_IIFNAME);
  const auto payload = NetlinkAttributes()
                           .add_number(NFTA_PAYLOAD_DREG, NFT_REG_1)
                           .add_number(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER)
                           .add_number(NFTA_PAYLOAD_OFFSET, rule.offset)
                           .add_number(NFTA_PAYLOAD_LEN, 1);
  const auto verdict =
      NetlinkAttributes().add_nested(NFTA_DATA_VERDICT, NetlinkAttributes().add_number(NFTA_VERDICT_CODE, NF_DROP));
  const auto immediate =
      NetlinkAttributes().add_number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT).add_nested(NFTA_IMMEDIATE_DATA, verdict);
  NetlinkAttributes list;
  for (const NetlinkAttributes& one : {expression("meta", meta), equals(interface), expression("payload", payload),
                                       equals({&value, 1}), expression("immediate", immediate)})
    list.add_nested(NFTA_LIST_ELEM, one);
  return list;
}

NetlinkRequest chain_request(const std::string& table) {
  const auto hook = NetlinkAttributes()
                        .add_number(NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING)
                        .add_number(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(NF_IP_PRI_RAW));
  return request(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                 NetlinkAttributes()
                     .add_text(NFTA_CHAIN_TABLE, table)
                     .add_text(NFTA_CHAIN_NAME, kChain)
                     .add_nested(NFTA_CHAIN_HOOK, hook)
                     .add_text(NFTA_CHAIN_TYPE, "filter"));
}

}  // namespace

Result<bool> has_drop_chain(NetlinkSocket& socket, const std::string& table, std::size_t rules) {
  std::size_t count = 0;
  auto listed =
      socket.exchange(request(NFT_MSG_GETRULE, NLM_F_DUMP,
                              NetlinkAttributes().add_text(NFTA_RULE_TABLE, table).add_text(NFTA_RULE_CHAIN, kChain)),
                      [&](std::string_view) { ++count; });
  if (!listed && listed.error().error_number == ENOENT) return false;
  TRY(std::move(listed));
  return count == rules;
}

Result<void> make_drop_chain(NetlinkSocket& socket, const std::string& table, const std::vector<DropRule>& rules) {
  const NetlinkAttributes name = NetlinkAttributes().add_text(NFTA_TABLE_NAME, table);
  // Made, so that it can be deleted; deleted, so that nothing older is in it.
  std::vector<NetlinkRequest> batch = {mark(NFNL_MSG_BATCH_BEGIN), request(NFT_MSG_NEWTABLE, NLM_F_CREATE, name),
                                       request(NFT_MSG_DELTABLE, 0, name),
                                       request(NFT_MSG_NEWTABLE, NLM_F_CREATE, name), chain_request(table)};
  for (const DropRule& rule : rules)
    batch.push_back(request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
                            NetlinkAttributes()
                                .add_text(NFTA_RULE_TABLE, table)
                                .add_text(NFTA_RULE_CHAIN, kChain)
                                .add_nested(NFTA_RULE_EXPRESSIONS, expressions_of(rule))));
  batch.push_back(mark(NFNL_MSG_BATCH_END));
  return socket.exchange_batch(batch);
}

}  // namespace cni
