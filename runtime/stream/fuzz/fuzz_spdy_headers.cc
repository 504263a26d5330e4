// Header blocks, one after another, each after a byte with its length: what was read is the same after it was written.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/stream/spdy/header_block.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podrun::stream;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  spdy::HeaderReader reader;
  spdy::HeaderWriter writer;
  spdy::HeaderReader again;
  while (!bytes.empty()) {
    const std::size_t length = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const auto headers = reader.read(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length, bytes.size()));
    if (!headers) return 0;
    if (again.read(writer.write(*headers)) != headers) std::abort();
  }
  return 0;
}
