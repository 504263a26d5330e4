// netlink(7): requests put together, sent, and their answers taken apart.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::base {

// Attributes one after another.
class NetlinkAttributes {
 public:
  NetlinkAttributes& add(std::uint16_t type, std::string_view bytes);
  NetlinkAttributes& add_text(std::uint16_t type, const std::string& text) {  // with its NUL
    return add(type, {text.c_str(), text.size() + 1});
  }
  NetlinkAttributes& add_number(std::uint16_t type, std::uint32_t number);  // in network order, as nfnetlink has them
  NetlinkAttributes& add_nested(std::uint16_t type, const NetlinkAttributes& inner) {
    return add(static_cast<std::uint16_t>(type | NLA_F_NESTED), inner.bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct NetlinkRequest {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;  // NLM_F_REQUEST is added
  std::string body;         // the structure of its type
  NetlinkAttributes attributes;
};

template <class Body>
std::string netlink_body(const Body& body) {
  return {reinterpret_cast<const char*>(&body), sizeof body};
}

// Of an answer, which begins with its header.
template <class Body>
Body netlink_body_of(std::string_view answer) {
  Body body{};
  if (answer.size() >= sizeof(nlmsghdr) + sizeof body)
    std::memcpy(&body, answer.data() + sizeof(nlmsghdr), sizeof body);
  return body;
}
// `found(type, bytes)` for each attribute behind a structure of that size.
void each_netlink_attribute(std::string_view answer, std::size_t body_size,
                            const std::function<void(int, std::string_view)>& found);
// The same for what is in an attribute.
void each_nested_attribute(std::string_view attributes, const std::function<void(int, std::string_view)>& found);

// Of an attribute that is one; 0 where it is too short.
template <class Number>
Number netlink_number(std::string_view bytes) {
  Number number = 0;
  if (bytes.size() >= sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

class NetlinkSocket {
 public:
  explicit NetlinkSocket(Fd socket) : socket_(std::move(socket)) {}
  // In the caller's network namespace.
  static Result<NetlinkSocket> open(int protocol);

  // One request to its end: the last part of a dump, or the acknowledgement. `take` gets each answer.
  Result<void> exchange(NetlinkRequest request, const std::function<void(std::string_view)>& take = {});
  // Several in one datagram, of which the last but one is acknowledged: a batch of nfnetlink.
  Result<void> exchange_batch(const std::vector<NetlinkRequest>& requests);

 private:
  Result<void> send(const std::string& bytes) const;
  // What answers the requests from number `first` on.
  Result<void> receive(std::uint32_t first, const std::function<void(std::string_view)>& take);

  Fd socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace cni::base

namespace cni {
using base::each_nested_attribute;
using base::each_netlink_attribute;
using base::netlink_body;
using base::netlink_body_of;
using base::netlink_number;
using base::NetlinkAttributes;
using base::NetlinkRequest;
using base::NetlinkSocket;
}  // namespace cni
