#include "cni/base/netlink.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cni/base/try.h"

namespace cni::base {

namespace {

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }
constexpr std::size_t kAttributeHeader = aligned(sizeof(nlattr));

void append_aligned(std::string& to, const void* data, std::size_t size) {
  to.append(static_cast<const char*>(data), size);
  to.resize(aligned(to.size()));
}

std::string message_of(const NetlinkRequest& request, std::uint32_t sequence) {
  nlmsghdr header{};
  header.nlmsg_len =
      static_cast<std::uint32_t>(sizeof header + aligned(request.body.size()) + request.attributes.bytes().size());
  header.nlmsg_type = request.type;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | request.flags);
  header.nlmsg_seq = sequence;
  std::string bytes;
  append_aligned(bytes, &header, sizeof header);
  append_aligned(bytes, request.body.data(), request.body.size());
  return bytes + request.attributes.bytes();
}

}  // namespace

NetlinkAttributes& NetlinkAttributes::add(std::uint16_t type, std::string_view bytes) {
  const nlattr header{static_cast<std::uint16_t>(kAttributeHeader + bytes.size()), type};
  append_aligned(bytes_, &header, sizeof header);
  append_aligned(bytes_, bytes.data(), bytes.size());
  return *this;
}

NetlinkAttributes& NetlinkAttributes::add_number(std::uint16_t type, std::uint32_t number) {
  const std::uint32_t ordered = htonl(number);
  return add(type, {reinterpret_cast<const char*>(&ordered), sizeof ordered});
}

void each_netlink_attribute(std::string_view answer, std::size_t body_size,
                            const std::function<void(int, std::string_view)>& found) {
  const std::size_t begin = sizeof(nlmsghdr) + aligned(body_size);
  if (begin < answer.size()) each_nested_attribute(answer.substr(begin), found);
}

void each_nested_attribute(std::string_view attributes, const std::function<void(int, std::string_view)>& found) {
  std::size_t at = 0;
  nlattr header{};
  while (at + sizeof header <= attributes.size()) {
    std::memcpy(&header, attributes.data() + at, sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > attributes.size() - at) return;
    found(header.nla_type & NLA_TYPE_MASK, attributes.substr(at + kAttributeHeader, header.nla_len - kAttributeHeader));
    at += aligned(header.nla_len);
  }
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!socket) return Error::system(errno, "open a netlink socket");
  return NetlinkSocket(std::move(socket));
}

Result<void> NetlinkSocket::exchange(NetlinkRequest request, const std::function<void(std::string_view)>& take) {
  if ((request.flags & NLM_F_DUMP) != NLM_F_DUMP) request.flags |= NLM_F_ACK;
  TRY(send(message_of(request, ++sequence_)));
  return receive(sequence_, take);
}

Result<void> NetlinkSocket::exchange_batch(const std::vector<NetlinkRequest>& requests) {
  const std::uint32_t first = sequence_ + 1;
  const std::uint32_t acknowledged = sequence_ + static_cast<std::uint32_t>(requests.size()) - 1;
  std::string bytes;
  for (NetlinkRequest request : requests) {
    if (++sequence_ == acknowledged) request.flags |= NLM_F_ACK;
    bytes += message_of(request, sequence_);
  }
  TRY(send(bytes));
  return receive(first, {});
}

Result<void> NetlinkSocket::send(const std::string& bytes) const {
  while (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0)
    if (errno != EINTR) return Error::system(errno, "ask the kernel by netlink");
  return {};
}

Result<void> NetlinkSocket::receive(std::uint32_t first, const std::function<void(std::string_view)>& take) {
  constexpr std::size_t kMost = 65536;
  const auto answer = std::make_unique_for_overwrite<char[]>(kMost);  // an answer touches what it needs of it
  while (true) {
    const ssize_t got = ::recv(socket_.get(), answer.get(), kMost, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, "hear from the kernel by netlink");
    std::string_view rest(answer.get(), static_cast<std::size_t>(got));
    nlmsghdr header{};
    while (rest.size() >= sizeof header) {
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      const std::string_view one = rest.substr(0, header.nlmsg_len);
      rest.remove_prefix(std::min(aligned(header.nlmsg_len), rest.size()));
      // Of a batch that failed, errors that nobody waited for: each request of it may have one.
      if (header.nlmsg_seq < first) continue;
      // The end of a dump carries an error as the end of a request does.
      if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
        const int error = -netlink_body_of<int>(one);
        return error <= 0 ? Result<void>() : Error::system(error, "netlink request");
      }
      if (take) take(one);
    }
  }
}

}  // namespace cni::base
