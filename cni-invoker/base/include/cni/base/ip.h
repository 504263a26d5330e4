// IP addresses as values: what is compared is the address, not how it was spelled.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cni::base {

class IpAddress {
 public:
  // nullopt when the text is no address: leading zeros, zones, prefix lengths and bytes after a NUL are none. An IPv4
  // address in IPv6's spelling (::ffff:10.0.0.1) is the IPv4 address.
  static std::optional<IpAddress> parse(std::string_view text);

  // Of 4 or 16 bytes in network order; nullopt for another number of them.
  static std::optional<IpAddress> of_bytes(std::string_view bytes);

  bool is_v4() const;
  bool is_any() const;       // 0.0.0.0 or ::
  bool is_loopback() const;  // 127.0.0.0/8 or ::1
  std::string to_text() const;
  // 16 bytes in network order, an IPv4 address as ::ffff:a.b.c.d.
  const std::array<unsigned char, 16>& bytes() const { return bytes_; }

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<unsigned char, 16> bytes_{};
};

// Whether two texts mean one address; texts that are none are compared as they are.
bool same_address(std::string_view one, std::string_view other);

}  // namespace cni::base
