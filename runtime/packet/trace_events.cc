#include "runtime/packet/trace_events.h"

#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <optional>

#include "base/netlink.h"
#include "runtime/packet/headers.h"
#include "runtime/packet/trace_table.h"

namespace podrun::packet {
namespace {

std::uint32_t number_of(std::string_view bytes) { return be32toh(base::netlink_number<std::uint32_t>(bytes)); }
std::string name_of(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

std::string family_text(unsigned family) {
  switch (family) {
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_NETDEV:
      return "netdev";
    default:
      return std::to_string(family);
  }
}

std::string verdict_text(std::string_view attribute) {
  int code = 0;
  std::string chain;
  base::each_nested_attribute(attribute, [&](int type, std::string_view bytes) {
    if (type == NFTA_VERDICT_CODE) code = static_cast<int>(number_of(bytes));
    if (type == NFTA_VERDICT_CHAIN) chain = name_of(bytes);
  });
  switch (code) {
    case NFT_JUMP:
      return "jump " + chain;
    case NFT_GOTO:
      return "goto " + chain;
    case NFT_RETURN:
      return "return";
    case NFT_CONTINUE:
      return "continue";
    default:
      break;
  }
  switch (static_cast<unsigned>(code) & NF_VERDICT_MASK) {
    case NF_ACCEPT:
      return "accept";
    case NF_DROP:
      return "drop";
    case NF_STOLEN:
      return "stolen";
    case NF_QUEUE:
      return "queue";
    default:
      return std::to_string(code);
  }
}

std::string kind_text(std::uint32_t type) {
  return type == NFT_TRACETYPE_RULE ? "rule" : type == NFT_TRACETYPE_POLICY ? "policy" : "return";
}

RuleEvent event_of(std::string_view message, const Name& name) {
  RuleEvent event;
  std::string_view ip;
  std::string_view transport;
  std::uint32_t policy = NF_ACCEPT;
  event.family = family_text(base::netlink_body_of<nfgenmsg>(message).nfgen_family);
  base::each_netlink_attribute(message, sizeof(nfgenmsg), [&](int type, std::string_view bytes) {
    switch (type) {
      case NFTA_TRACE_TABLE:
        event.table = name_of(bytes);
        break;
      case NFTA_TRACE_CHAIN:
        event.chain = name_of(bytes);
        break;
      case NFTA_TRACE_TYPE:
        event.what = kind_text(number_of(bytes));
        break;
      case NFTA_TRACE_RULE_HANDLE:
        event.handle = be64toh(base::netlink_number<std::uint64_t>(bytes));
        break;
      case NFTA_TRACE_VERDICT:
        event.verdict = verdict_text(bytes);
        break;
      case NFTA_TRACE_POLICY:
        policy = number_of(bytes);
        break;
      case NFTA_TRACE_NETWORK_HEADER:
        ip = bytes;
        break;
      case NFTA_TRACE_TRANSPORT_HEADER:
        transport = bytes;
        break;
      case NFTA_TRACE_IIF:
        event.in_link = static_cast<int>(number_of(bytes));
        break;
      case NFTA_TRACE_OIF:
        event.out_link = static_cast<int>(number_of(bytes));
        break;
      case NFTA_TRACE_MARK:
        event.mark = number_of(bytes);
        break;
      default:
        break;
    }
  });
  if (event.what == "policy" && event.verdict.empty()) event.verdict = policy == NF_DROP ? "drop" : "accept";
  if (!ip.empty()) event.headers = read_ip(ip, transport, name);
  return event;
}

}  // namespace

Result<TraceEvents> TraceEvents::listen(const OpenSpace& space, int place, const Name& name) {
  Fd socket = TRY(open_socket_in(space, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
  const int group = NFNLGRP_NFTRACE;
  // One without a port of its own hears nothing: 0 is the kernel's, who sends, and nobody hears himself.
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    return Error::system(errno, "listen to traces in " + space.name);
  if (::setsockopt(socket.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
    return Error::system(errno, "listen to traces in " + space.name);
  return TraceEvents(std::move(socket), place, name);
}

Result<bool> TraceEvents::read(std::vector<RuleEvent>& into) {
  bool is_whole = true;
  std::string bytes(65536, '\0');
  for (;;) {
    const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return is_whole;
    if (size < 0 && errno == ENOBUFS) {
      is_whole = false;
      continue;
    }
    if (size < 0) return Error::system(errno, "read traces");
    std::string_view rest(bytes.data(), static_cast<std::size_t>(size));
    for (nlmsghdr header{}; rest.size() >= sizeof header;) {
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      RuleEvent event = event_of(rest.substr(0, header.nlmsg_len), name_);
      rest.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
      event.space = place_;
      if (event.table != kTraceTable) into.push_back(std::move(event));
    }
  }
}

}  // namespace podrun::packet
