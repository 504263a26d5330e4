#include "runtime/stream/spdy/header_block.h"

#include <zlib.h>

#include <array>

#include "runtime/stream/lower_case.h"
#include "runtime/stream/spdy/dictionary.h"
#include "runtime/stream/spdy/frame.h"

namespace podrun::stream::spdy {
namespace {

constexpr int kWindowBits =
    11;                     // 2 KiB of history are enough for headers of some hundred bytes, and take little memory
constexpr int kMemory = 1;  // zlib's smallest

// zlib takes no pointer to const, and writes to none of these.
Bytef* input_of(std::string_view bytes) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data())); }

std::optional<std::string_view> next_text(PayloadReader& reader) {
  const std::uint32_t size = reader.number32();
  const std::string_view rest = reader.rest();
  reader.skip(size);
  if (!reader.has()) return std::nullopt;
  return rest.substr(0, size);
}

std::optional<Headers> parse_headers(std::string_view text) {
  PayloadReader reader(text);
  const std::uint32_t count = reader.number32();
  if (!reader.has() || count > kMaxHeaders) return std::nullopt;
  Headers headers;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto name = next_text(reader);
    const auto value = next_text(reader);
    if (!name || !value || name->empty()) return std::nullopt;
    const bool is_new = headers.emplace(in_lower_case(*name), value->substr(0, value->find('\0'))).second;
    if (!is_new) return std::nullopt;
  }
  if (!reader.rest().empty()) return std::nullopt;
  return headers;
}

}  // namespace

struct HeaderReader::Zlib {
  z_stream stream{};
  bool is_well = ::inflateInit(&stream) == Z_OK;
  ~Zlib() { ::inflateEnd(&stream); }
};

HeaderReader::HeaderReader() : zlib_(std::make_unique<Zlib>()) {}
HeaderReader::~HeaderReader() = default;

std::optional<Headers> HeaderReader::read(std::string_view block) {
  if (!zlib_->is_well) return std::nullopt;
  zlib_->is_well = false;  // unless the end is reached
  z_stream& stream = zlib_->stream;
  stream.next_in = input_of(block);
  stream.avail_in = static_cast<uInt>(block.size());
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    const int status = ::inflate(&stream, Z_SYNC_FLUSH);
    if (status == Z_NEED_DICT) {
      const std::string& dictionary = header_dictionary();
      if (::inflateSetDictionary(&stream, input_of(dictionary), static_cast<uInt>(dictionary.size())) != Z_OK)
        return std::nullopt;
      continue;
    }
    if (status != Z_OK && status != Z_BUF_ERROR)
      return std::nullopt;  // the end of the zlib stream, too: more is to follow
    text.append(part.data(), part.size() - stream.avail_out);
    if (text.size() > kMaxHeaderBytes) return std::nullopt;
    if (stream.avail_out > 0) break;  // nothing is left in the block
  }
  auto headers = parse_headers(text);
  zlib_->is_well = headers.has_value();
  return headers;
}

struct HeaderWriter::Zlib {
  z_stream stream{};
  Zlib() {
    ::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemory, Z_DEFAULT_STRATEGY);
    const std::string& dictionary = header_dictionary();
    ::deflateSetDictionary(&stream, input_of(dictionary), static_cast<uInt>(dictionary.size()));
  }
  ~Zlib() { ::deflateEnd(&stream); }
};

HeaderWriter::HeaderWriter() : zlib_(std::make_unique<Zlib>()) {}
HeaderWriter::~HeaderWriter() = default;

std::string HeaderWriter::write(const Headers& headers) {
  std::string text;
  append32(text, static_cast<std::uint32_t>(headers.size()));
  for (const auto& [name, value] : headers)
    for (const std::string& part : {name, value}) {
      append32(text, static_cast<std::uint32_t>(part.size()));
      text += part;
    }
  z_stream& stream = zlib_->stream;
  stream.next_in = input_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  std::string block;
  std::array<char, 1024> part{};
  do {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    ::deflate(&stream, Z_SYNC_FLUSH);
    block.append(part.data(), part.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return block;
}

}  // namespace podrun::stream::spdy
