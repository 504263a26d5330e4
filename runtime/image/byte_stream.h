// Bytes as they come, a chunk at a time.
#pragma once

#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // The next chunk, valid until the next call; empty at the end.
  virtual Result<std::string_view> next() = 0;
};

}  // namespace podrun::image
