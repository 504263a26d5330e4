// A client's side of a SPDY connection: whatever it sends, what comes back is frames that a client can read, no stream
// is heard of that was not opened, and none after its end. The first byte says in what pieces the rest arrives.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>

#include "runtime/stream/spdy/connection.h"

namespace {

using namespace podrun::stream;

void demand(bool is_so) {
  if (!is_so) std::abort();
}

class Echo : public Mux::User {
 public:
  spdy::Connection* connection = nullptr;

  bool opened(StreamId stream, const Headers& headers) override {
    demand(stream % 2 == 1 && !streams_.contains(stream) && headers.size() <= spdy::kMaxHeaders);
    if (headers.contains("refuse")) return false;
    streams_[stream] = true;
    return true;
  }
  void received(StreamId stream, std::string_view bytes) override {
    demand(streams_[stream] && !bytes.empty());
    connection->consumed(stream, bytes.size());
    connection->send(stream, bytes.substr(0, connection->may_send(stream, bytes.size())));
    if (bytes.front() == 'r') {
      connection->reset(stream, spdy::ResetStatus::cancel);
      streams_[stream] = false;
    }
  }
  void finished(StreamId stream) override {
    demand(streams_[stream]);
    connection->finish(stream);
    streams_[stream] = false;
  }
  void was_reset(StreamId stream) override {
    demand(streams_.contains(stream));
    streams_[stream] = false;
  }
  void gone() override { std::abort(); }

 private:
  std::map<StreamId, bool> streams_;  // whether more may be heard of it
};

class Client : public spdy::FrameReader::Sink {
 public:
  bool control(spdy::FrameType type, std::uint8_t, std::string_view payload) override {
    if (type != spdy::FrameType::syn_reply) return true;
    demand(headers_.read(payload.substr(4)).has_value());
    return true;
  }
  bool data(StreamId stream, std::string_view, bool) override { return stream != 0; }

 private:
  spdy::HeaderReader headers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = std::size_t{data[0]} + 1;
  Echo user;
  spdy::Connection connection(user, 8);
  user.connection = &connection;
  Client client;
  spdy::FrameReader frames;
  for (bool goes_on = true; goes_on && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    goes_on = connection.feed(bytes.substr(0, piece));
    demand(frames.feed(connection.take_output(), client));
  }
  return 0;
}
