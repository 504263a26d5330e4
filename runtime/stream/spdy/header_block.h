// Header blocks of SPDY/3: a count, then names and values with their lengths, compressed by zlib. All blocks of one
// direction are one stream, so every block has to be read, also of a frame that is refused.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/stream/mux.h"

namespace podrun::stream::spdy {

constexpr std::size_t kMaxHeaderBytes = 64U << 10U;  // of a block, uncompressed
constexpr std::size_t kMaxHeaders = 100;             // in a block

class HeaderReader {
 public:
  HeaderReader();
  ~HeaderReader();
  HeaderReader(const HeaderReader&) = delete;
  HeaderReader& operator=(const HeaderReader&) = delete;

  // Names are in lower case, values with several parts (\0) keep the first. Nothing: damaged, or above a limit; the
  // stream cannot be read on then.
  std::optional<Headers> read(std::string_view block);

 private:
  struct Zlib;
  std::unique_ptr<Zlib> zlib_;
};

class HeaderWriter {
 public:
  HeaderWriter();
  ~HeaderWriter();
  HeaderWriter(const HeaderWriter&) = delete;
  HeaderWriter& operator=(const HeaderWriter&) = delete;

  std::string write(const Headers& headers);

 private:
  struct Zlib;
  std::unique_ptr<Zlib> zlib_;
};

}  // namespace podrun::stream::spdy
