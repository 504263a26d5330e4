// Content digests as OCI writes them ("sha256:<hex>"), and the hashing that checks them.
#pragma once

#include <nettle/sha2.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/kernel/types.h"

namespace podrun::image {

struct Digest {
  enum class Algorithm { sha256, sha512 };
  Algorithm algorithm = Algorithm::sha256;
  std::string hex;  // lower case, as long as the algorithm has it: never a path of its own making

  std::string text() const;       // "sha256:…"
  std::string file_name() const;  // of a layer in the store: the hex, "sha512-<hex>" for the other algorithm
  std::string_view algorithm_name() const;
  bool operator==(const Digest&) const = default;
};

// Errors: invalid (no such form), unsupported (an algorithm other than the two the image-spec registers).
Result<Digest> parse_digest(std::string_view text);

class Hasher {
 public:
  explicit Hasher(Digest::Algorithm algorithm);
  void update(const void* bytes, std::size_t size);
  Digest finish();  // and starts anew

 private:
  std::variant<sha256_ctx, sha512_ctx> state_;
};

}  // namespace podrun::image
