// A server with a handler that does what it is asked to.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/stream/test_client.h"
#include "runtime/stream/test_handler.h"

namespace podrun::stream {

inline Limits limits_of_tests() {
  Limits limits;
  limits.request_time = std::chrono::milliseconds(500);
  limits.streams_time = std::chrono::milliseconds(500);
  limits.farewell_time = std::chrono::milliseconds(500);
  limits.stalled_time = std::chrono::milliseconds(1000);
  limits.connections = 64;
  limits.streams = 64;
  return limits;
}

class StreamServerTest : public testing::Test {
 protected:
  explicit StreamServerTest(const Limits& limits = limits_of_tests()) {
    auto started = Server::start("127.0.0.1:0", handler, limits);
    EXPECT_TRUE(started) << started.error().what;
    server = std::move(started).value();
  }

  template <class Request>
  std::string url(Request request) {
    auto made = server->url_for(std::move(request));
    EXPECT_TRUE(made);
    return made ? *made : std::string();
  }
  std::string exec_url(const std::string& script,
                       const Streams& streams = {.in = true, .out = true, .err = true, .tty = false}) {
    return url(ExecRequest{.container = "c", .command = {"sh", "-c", script}, .streams = streams});
  }
  std::string forward_url() { return url(PortForwardRequest{.pod = "p", .ports = {}}); }

  // Until no function of the handler runs any more.
  bool becomes_quiet() {
    for (int i = 0; i < 2000 && handler.running > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return handler.running == 0;
  }

  TestHandler handler;
  std::unique_ptr<Server> server;
};

// The streams of an exec over SPDY, opened in the order of Go's clients.
struct SpdyCall {
  explicit SpdyCall(TestSpdy its_client, const Streams& streams = {.in = true, .out = true, .err = true, .tty = false})
      : client(std::move(its_client)), error(client.open({{"streamtype", "error"}})) {
    if (streams.in) in = client.open({{"streamtype", "stdin"}});
    if (streams.out) out = client.open({{"streamtype", "stdout"}});
    if (streams.err) err = client.open({{"streamtype", "stderr"}});
    if (streams.tty) resize = client.open({{"streamtype", "resize"}});
  }
  bool read_to_end() {
    for (const StreamId stream : {in, out, err, error})
      if (stream != 0 && !client.read_to_end(stream)) return false;
    return true;
  }
  std::string heard(StreamId stream) { return client.heard(stream).bytes; }

  TestSpdy client;
  StreamId error = 0, in = 0, out = 0, err = 0, resize = 0;
};

inline constexpr const char* kSuccess = R"({"metadata":{},"status":"Success"})";

// Bytes that are not all the same.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& c : bytes) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return bytes;
}

}  // namespace podrun::stream
