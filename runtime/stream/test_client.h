// Clients for tests: of a few lines each, so that they can also be wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/stream/spdy/frame.h"
#include "runtime/stream/spdy/header_block.h"

namespace podrun::stream {

constexpr std::chrono::milliseconds kPatience{20'000};

// A connection to the server of a URL.
class TestSocket {
 public:
  explicit TestSocket(const std::string& url);

  void send(std::string_view bytes) const;  // a server that has closed is no failure
  // What arrives first; empty at the end, and after `patience`.
  std::string receive(std::chrono::milliseconds patience = kPatience) const;
  // True once the server has closed its end, whatever it sends before.
  bool is_closed_within(std::chrono::milliseconds patience) const;
  // Sends the request, and returns the answer's header; what follows it is kept for receive().
  std::string ask(const std::string& request);

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }  // "/exec/TOKEN"

 private:
  Fd fd_;
  std::string path_;
  mutable std::string early_;
};

std::string upgrade_to_spdy(const std::string& path, const std::vector<std::string>& versions,
                            const std::string& method = "POST");
std::string upgrade_to_websocket(const std::string& path, const std::string& subprotocols,
                                 const std::string& method = "GET");

// The status of an answer: 101.
int status_of_answer(const std::string& answer);

class TestWebSocket {
 public:
  TestWebSocket(const std::string& url, const std::string& subprotocols);

  struct Message {
    int opcode = 0;  // 1 text, 2 binary, 8 close, 9 ping, 10 pong; 0: nothing came
    std::string bytes;
    std::uint16_t close_code() const;
  };
  void send(int opcode, std::string_view bytes, bool is_masked = true);
  void send_part(int opcode, std::string_view bytes, bool is_final);
  Message receive();
  // Messages of a channel by then, until the server closes.
  std::map<unsigned, std::string> receive_channels(std::uint16_t& close_code);

  const std::string& answer() const { return answer_; }
  const TestSocket& socket() const { return socket_; }

 private:
  std::optional<std::string> take(std::size_t size);
  TestSocket socket_;
  std::string answer_;
  std::string unread_;
};

class TestSpdy {
 public:
  struct Heard {
    std::string bytes;
    bool is_answered = false;
    bool is_finished = false;
    bool is_reset = false;
    std::size_t window_updates = 0;
  };

  // By SPDY/3.1 itself, or within a WebSocket.
  static TestSpdy direct(const std::string& url, const std::vector<std::string>& versions = {"v4.channel.k8s.io"});
  static TestSpdy tunnelled(const std::string& url);

  StreamId open(const Headers& headers, bool is_last = false);
  void send(StreamId stream, std::string_view bytes, bool is_last = false);
  void send_raw(std::string_view bytes) { send_(bytes); }

  // Reads until it is so; false at the end of the connection, and after `patience`.
  bool read_until(const std::function<bool()>& is_so, std::chrono::milliseconds patience = kPatience);
  bool read_to_end(StreamId stream) {
    return read_until([this, stream] { return heard(stream).is_finished || heard(stream).is_reset; });
  }
  Heard& heard(StreamId stream) { return heard_[stream]; }
  const std::vector<std::uint32_t>& pings() const { return pings_; }
  bool said_goodbye() const { return said_goodbye_; }
  const std::string& answer() const { return answer_; }
  int fd() const { return fd_; }

 private:
  class Sink;

  std::shared_ptr<void> owner_;  // of the connection
  std::function<void(std::string_view)> send_;
  std::function<std::string(std::chrono::milliseconds)> receive_;
  std::string answer_;
  int fd_ = -1;
  std::shared_ptr<spdy::HeaderWriter> writer_ = std::make_shared<spdy::HeaderWriter>();
  std::shared_ptr<spdy::HeaderReader> reader_ = std::make_shared<spdy::HeaderReader>();
  spdy::FrameReader frames_;
  StreamId next_ = 1;
  std::map<StreamId, Heard> heard_;
  std::vector<std::uint32_t> pings_;
  bool said_goodbye_ = false;
};

}  // namespace podrun::stream
