// Messages of the WebSocket protocols, in each form, in parts: as many bytes come out as went in at most, and of
// channels that fit into their number. Each part stands after a byte: its length, and in the highest bit whether it is
// the last of its message.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/stream/channel_messages.h"
#include "runtime/stream/resize.h"

namespace {

using namespace podrun::stream;

class Counter : public ChannelReader::Sink {
 public:
  void data(unsigned channel, std::string_view bytes) override {
    if (channel > 255 || bytes.empty()) std::abort();
    if (channel == 4)
      for (const TerminalSize& size : resize_.feed(bytes))
        if (size.columns == 0 || size.rows == 0) std::abort();
    out += bytes.size();
  }
  void closed(unsigned channel) override {
    if (channel > 255) std::abort();
  }
  std::size_t out = 0;

 private:
  ResizeReader resize_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const ChannelForm form : {ChannelForm{}, ChannelForm{.has_close = true}, ChannelForm{.is_base64 = true}}) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    ChannelReader reader(form);
    Counter counter;
    while (!bytes.empty()) {
      const auto head = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      const std::string_view part = bytes.substr(0, head & 0x3fU);
      bytes.remove_prefix(part.size());
      if (!reader.feed(part, (head & 0x80U) != 0, counter)) break;
    }
    if (counter.out > size) std::abort();
  }
  return 0;
}
