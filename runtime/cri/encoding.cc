#include "runtime/cri/encoding.h"

#include <nettle/base64.h>

#include "runtime/image/digest.h"

namespace podrun::cri {

std::string to_base64(std::string_view bytes) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  ::base64_encode_raw(text.data(), bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(BASE64_DECODE_LENGTH(text.size()), '\0');
  base64_decode_ctx context;
  ::base64_decode_init(&context);
  std::size_t size = bytes.size();
  const bool decoded = ::base64_decode_update(&context, &size, reinterpret_cast<std::uint8_t*>(bytes.data()),
                                              text.size(), text.data()) == 1 &&
                       ::base64_decode_final(&context) == 1;
  bytes.resize(decoded ? size : 0);
  return bytes;
}

std::string sha256(std::string_view bytes) {
  image::Hasher hasher(image::Digest::Algorithm::sha256);
  hasher.update(bytes.data(), bytes.size());
  return hasher.finish().hex;
}

}  // namespace podrun::cri
