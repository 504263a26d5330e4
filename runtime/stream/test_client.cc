#include "runtime/stream/test_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace podrun::stream {

using TestClock = std::chrono::steady_clock;

TestSocket::TestSocket(const std::string& url) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const std::string rest = url.substr(std::string("http://127.0.0.1:").size());
  const std::size_t slash = rest.find('/');
  path_ = rest.substr(slash);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(static_cast<std::uint16_t>(std::stoi(rest.substr(0, slash))));
  EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0) << url;
}

void TestSocket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t size = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

std::string TestSocket::receive(std::chrono::milliseconds patience) const {
  if (!early_.empty()) return std::exchange(early_, {});
  pollfd what{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&what, 1, static_cast<int>(patience.count())) <= 0) return {};
  std::string bytes(64U << 10U, '\0');
  const ssize_t size = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return bytes;
}

bool TestSocket::is_closed_within(std::chrono::milliseconds patience) const {
  const auto until = TestClock::now() + patience;
  early_.clear();
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - TestClock::now());
    if (left.count() <= 0) return false;
    pollfd what{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&what, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 4096> bytes{};
    if (::recv(fd_.get(), bytes.data(), bytes.size(), 0) <= 0) return true;
  }
}

std::string TestSocket::ask(const std::string& request) {
  send(request);
  std::string answer;
  std::size_t end = std::string::npos;
  while ((end = answer.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = receive();
    if (more.empty()) return answer;
    answer += more;
  }
  early_ = answer.substr(end + 4);
  return answer.substr(0, end + 4);
}

std::string upgrade_to_spdy(const std::string& path, const std::vector<std::string>& versions,
                            const std::string& method) {
  std::string request =
      method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n";
  for (const std::string& version : versions) request += "X-Stream-Protocol-Version: " + version + "\r\n";
  return request + "Content-Length: 0\r\n\r\n";
}

std::string upgrade_to_websocket(const std::string& path, const std::string& subprotocols, const std::string& method) {
  std::string request = method + " " + path +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (!subprotocols.empty()) request += "Sec-WebSocket-Protocol: " + subprotocols + "\r\n";
  return request + "\r\n";
}

int status_of_answer(const std::string& answer) {
  constexpr std::size_t kBefore = std::string_view("HTTP/1.1 ").size();
  return answer.size() < kBefore + 3 ? 0 : std::stoi(answer.substr(kBefore, 3));
}

TestWebSocket::TestWebSocket(const std::string& url, const std::string& subprotocols) : socket_(url) {
  answer_ = socket_.ask(upgrade_to_websocket(socket_.path(), subprotocols));
  EXPECT_EQ(status_of_answer(answer_), 101) << answer_;
}

void TestWebSocket::send(int opcode, std::string_view bytes, bool is_masked) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const int mask = is_masked ? 0x80 : 0;
  if (bytes.size() < 126) {
    frame += static_cast<char>(mask | static_cast<int>(bytes.size()));
  } else {
    const bool is_short = bytes.size() < 65536;
    frame += static_cast<char>(mask | (is_short ? 126 : 127));
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8)
      frame += static_cast<char>(bytes.size() >> static_cast<unsigned>(shift) & 0xffU);
  }
  const std::string key = is_masked ? std::string("\x12\x34\x56\x78", 4) : std::string(4, '\0');
  if (is_masked) frame += key;
  for (std::size_t i = 0; i < bytes.size(); ++i) frame += static_cast<char>(bytes[i] ^ key[i % 4]);
  socket_.send(frame);
}

void TestWebSocket::send_part(int opcode, std::string_view bytes, bool is_final) {
  ASSERT_LT(bytes.size(), 126U);
  std::string frame(1, static_cast<char>((is_final ? 0x80 : 0) | opcode));
  frame += static_cast<char>(0x80 | static_cast<int>(bytes.size()));
  frame += std::string(4, '\0');
  frame += bytes;
  socket_.send(frame);
}

std::optional<std::string> TestWebSocket::take(std::size_t size) {
  while (unread_.size() < size) {
    const std::string more = socket_.receive();
    if (more.empty()) return std::nullopt;
    unread_ += more;
  }
  std::string taken = unread_.substr(0, size);
  unread_.erase(0, size);
  return taken;
}

TestWebSocket::Message TestWebSocket::receive() {
  Message message;
  for (;;) {
    const auto head = take(2);
    if (!head) return {};
    const auto first = static_cast<unsigned char>((*head)[0]);
    std::uint64_t size = static_cast<unsigned char>((*head)[1]);
    EXPECT_LT(size, 128U) << "a server does not mask";
    if (size >= 126) {
      const auto longer = take(size == 126 ? 2 : 8);
      if (!longer) return {};
      size = 0;
      for (const char c : *longer) size = size << 8U | static_cast<unsigned char>(c);
    }
    const auto bytes = take(size);
    if (!bytes) return {};
    if ((first & 0x0fU) != 0) message.opcode = first & 0x0fU;
    message.bytes += *bytes;
    if ((first & 0x80U) != 0) return message;
  }
}

std::uint16_t TestWebSocket::Message::close_code() const {
  if (opcode != 8 || bytes.size() < 2) return 0;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8U | static_cast<unsigned char>(bytes[1]));
}

std::map<unsigned, std::string> TestWebSocket::receive_channels(std::uint16_t& close_code) {
  std::map<unsigned, std::string> channels;
  for (;;) {
    const Message message = receive();
    close_code = message.close_code();
    if (message.opcode == 0 || message.opcode == 8) break;
    if (message.opcode > 2 || message.bytes.empty()) continue;
    channels[static_cast<unsigned char>(message.bytes[0])] += message.bytes.substr(1);
  }
  if (close_code != 0) send(8, std::string{static_cast<char>(close_code >> 8U), static_cast<char>(close_code & 0xffU)});
  return channels;
}

TestSpdy TestSpdy::direct(const std::string& url, const std::vector<std::string>& versions) {
  const auto socket = std::make_shared<TestSocket>(url);
  TestSpdy client;
  client.answer_ = socket->ask(upgrade_to_spdy(socket->path(), versions));
  client.owner_ = socket;
  client.fd_ = socket->fd();
  client.send_ = [raw = socket.get()](std::string_view bytes) { raw->send(bytes); };
  client.receive_ = [raw = socket.get()](std::chrono::milliseconds patience) { return raw->receive(patience); };
  return client;
}

TestSpdy TestSpdy::tunnelled(const std::string& url) {
  const auto websocket = std::make_shared<TestWebSocket>(url, "SPDY/3.1+portforward.k8s.io");
  TestSpdy client;
  client.answer_ = websocket->answer();
  client.owner_ = websocket;
  client.fd_ = websocket->socket().fd();
  // Messages of three bytes and more: where they end means nothing.
  client.send_ = [raw = websocket.get()](std::string_view bytes) {
    raw->send(2, bytes.substr(0, 3));
    if (bytes.size() > 3) raw->send(2, bytes.substr(3));
  };
  client.receive_ = [raw = websocket.get()](std::chrono::milliseconds) {
    const TestWebSocket::Message message = raw->receive();
    return message.opcode == 2 ? message.bytes : std::string();
  };
  return client;
}

class TestSpdy::Sink : public spdy::FrameReader::Sink {
 public:
  explicit Sink(TestSpdy& client) : client_(client) {}

  bool control(spdy::FrameType type, std::uint8_t, std::string_view payload) override {
    spdy::PayloadReader reader(payload);
    const std::uint32_t number = reader.number32();
    Heard& heard = client_.heard_[number];
    switch (type) {
      case spdy::FrameType::syn_reply:
        EXPECT_TRUE(client_.reader_->read(reader.rest()));
        heard.is_answered = true;
        break;
      case spdy::FrameType::rst_stream:
        heard.is_reset = true;
        break;
      case spdy::FrameType::ping:
        client_.pings_.push_back(number);
        break;
      case spdy::FrameType::goaway:
        client_.said_goodbye_ = true;
        break;
      case spdy::FrameType::window_update:
        ++heard.window_updates;
        break;
      default:
        ADD_FAILURE() << "a frame of type " << static_cast<int>(type);
    }
    return true;
  }

  bool data(StreamId stream, std::string_view bytes, bool is_last) override {
    Heard& heard = client_.heard_[stream];
    EXPECT_TRUE(heard.is_answered) << "data before SYN_REPLY, which clients drop";
    EXPECT_FALSE(heard.is_finished);
    heard.bytes += bytes;
    heard.is_finished = heard.is_finished || is_last;
    return true;
  }

 private:
  TestSpdy& client_;
};

StreamId TestSpdy::open(const Headers& headers, bool is_last) {
  const StreamId stream = next_;
  next_ += 2;
  send_(spdy::syn_stream_frame(stream, is_last ? spdy::kFin : 0, writer_->write(headers)));
  return stream;
}

void TestSpdy::send(StreamId stream, std::string_view bytes, bool is_last) {
  send_(spdy::data_frame(stream, is_last ? spdy::kFin : 0, bytes));
}

bool TestSpdy::read_until(const std::function<bool()>& is_so, std::chrono::milliseconds patience) {
  const auto until = TestClock::now() + patience;
  Sink sink(*this);
  while (!is_so()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - TestClock::now());
    const std::string bytes = left.count() > 0 ? receive_(left) : std::string();
    if (bytes.empty() || !frames_.feed(bytes, sink)) return is_so();
  }
  return true;
}

}  // namespace podrun::stream
