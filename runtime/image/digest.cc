#include "runtime/image/digest.h"

#include <algorithm>
#include <array>

namespace podrun::image {
namespace {

constexpr std::string_view kSha256 = "sha256";
constexpr std::string_view kSha512 = "sha512";

template <std::size_t size>
std::string to_hex(const std::array<std::uint8_t, size>& raw) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(size * 2);
  for (const unsigned byte : raw) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

bool lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string_view Digest::algorithm_name() const { return algorithm == Algorithm::sha256 ? kSha256 : kSha512; }

std::string Digest::text() const { return std::string(algorithm_name()) + ":" + hex; }

std::string Digest::file_name() const {
  return algorithm == Algorithm::sha256 ? hex : std::string(kSha512) + "-" + hex;
}

Result<Digest> parse_digest(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool is_sha256 = name == kSha256;
  if (colon == std::string_view::npos) return Error{Kind::invalid, 0, "a digest without an algorithm"};
  if (!is_sha256 && name != kSha512) return Error{Kind::unsupported, 0, "a digest that is neither sha256 nor sha512"};
  const std::string_view hex = text.substr(colon + 1);
  const std::size_t length = std::size_t{2} * (is_sha256 ? SHA256_DIGEST_SIZE : SHA512_DIGEST_SIZE);
  if (hex.size() != length || !std::all_of(hex.begin(), hex.end(), lower_hex))
    return Error{Kind::invalid, 0,
                 "a " + std::string(name) + " digest that is not " + std::to_string(length) + " lower-case hex digits"};
  return Digest{is_sha256 ? Digest::Algorithm::sha256 : Digest::Algorithm::sha512, std::string(hex)};
}

Hasher::Hasher(Digest::Algorithm algorithm) {
  if (algorithm == Digest::Algorithm::sha256)
    ::sha256_init(&state_.emplace<sha256_ctx>());
  else
    ::sha512_init(&state_.emplace<sha512_ctx>());
}

void Hasher::update(const void* bytes, std::size_t size) {
  const auto* data = static_cast<const std::uint8_t*>(bytes);
  if (auto* sha256 = std::get_if<sha256_ctx>(&state_))
    ::sha256_update(sha256, size, data);
  else
    ::sha512_update(std::get_if<sha512_ctx>(&state_), size, data);
}

Digest Hasher::finish() {
  if (auto* sha256 = std::get_if<sha256_ctx>(&state_)) {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> raw{};
    ::sha256_digest(sha256, raw.size(), raw.data());
    return {Digest::Algorithm::sha256, to_hex(raw)};
  }
  std::array<std::uint8_t, SHA512_DIGEST_SIZE> raw{};
  ::sha512_digest(std::get_if<sha512_ctx>(&state_), raw.size(), raw.data());
  return {Digest::Algorithm::sha512, to_hex(raw)};
}

}  // namespace podrun::image
