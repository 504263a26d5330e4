#include "runtime/stream/websocket.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "runtime/stream/loop_impl.h"

namespace podrun::stream {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using WebSocketCode = boost::system::error_code;

struct WebSocket::State : std::enable_shared_from_this<WebSocket::State> {
  explicit State(Loop& loop) : stream(loop.impl().context) {}

  struct Message {
    std::string bytes;
    bool is_text = false;
    std::function<void()> taken;
  };

  void accept(const Handshake& handshake);
  void read();
  void arrived(WebSocketCode error, std::size_t size);
  void write();
  void close(websocket::close_code code);

  websocket::stream<asio::ip::tcp::socket> stream;
  http::request<http::empty_body> request;
  std::array<char, 32U << 10U> buffer{};
  std::function<void(const Part&)> got;
  std::function<void()> gone;
  std::deque<Message> messages;
  bool is_writing = false;  // the first of them
  std::optional<websocket::close_code> closing;
  bool is_closed = false;  // the other end was told, or is being told
  bool is_open = false;
  bool has_ended = false;
};

WebSocket::WebSocket(Loop& loop, Fd socket, const Handshake& handshake, std::size_t most)
    : state_(std::make_shared<State>(loop)) {
  sockaddr address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket.get(), &address, &size);
  WebSocketCode error;
  state_->stream.next_layer().assign(address.sa_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
                                     socket.release(), error);
  state_->stream.read_message_max(most);
  state_->stream.auto_fragment(false);
  state_->accept(handshake);
}

WebSocket::~WebSocket() {
  state_->got = nullptr;
  state_->gone = nullptr;
  for (State::Message& message : state_->messages) message.taken = nullptr;
  WebSocketCode ignored;
  state_->stream.next_layer().close(ignored);
}

void WebSocket::State::accept(const Handshake& handshake) {
  request.method(http::verb::get);
  request.target("/");
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "upgrade");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::sec_websocket_key, handshake.key);
  request.set(http::field::sec_websocket_version, handshake.version);
  if (!handshake.subprotocol.empty())
    stream.set_option(
        websocket::stream_base::decorator([chosen = handshake.subprotocol](websocket::response_type& answer) {
          answer.set(http::field::sec_websocket_protocol, chosen);
        }));
  stream.async_accept(request, [self = shared_from_this()](WebSocketCode error) {
    self->is_open = !error;
    self->has_ended = !self->is_open;
    if (self->got) self->read();
    self->write();
  });
}

void WebSocket::State::read() {
  if (has_ended) {
    got = nullptr;
    if (const auto call = std::exchange(gone, nullptr)) call();
    return;
  }
  if (!is_open) return;
  stream.async_read_some(asio::buffer(buffer), [self = shared_from_this()](WebSocketCode error, std::size_t size) {
    self->arrived(error, size);
  });
}

void WebSocket::State::arrived(WebSocketCode error, std::size_t size) {
  has_ended = has_ended || error;
  if (!got || has_ended) return read();
  const Part part{.bytes = {buffer.data(), size},
                  .is_text = stream.got_text(),
                  .is_last = stream.is_message_done()};
  const auto call = std::exchange(got, nullptr);
  call(part);
}

void WebSocket::State::write() {
  if (!is_open || is_writing) return;
  if (messages.empty()) {
    if (closing && !std::exchange(is_closed, true))
      stream.async_close(*closing, [self = shared_from_this()](WebSocketCode) {});
    return;
  }
  is_writing = true;
  stream.text(messages.front().is_text);
  stream.async_write(asio::buffer(messages.front().bytes),
                     [self = shared_from_this()](WebSocketCode error, std::size_t) {
                       self->is_writing = false;
                       if (error) {
                         const auto dropped = std::exchange(self->messages, {});
                         for (const Message& message : dropped)
                           if (message.taken) message.taken();  // who reads finds the end
                         return;
                       }
                       const auto taken = std::move(self->messages.front().taken);
                       self->messages.pop_front();
                       if (taken) taken();  // may send
                       self->write();
                     });
}

void WebSocket::State::close(websocket::close_code code) {
  if (has_ended || closing) return;
  closing = code;
  write();
}

void WebSocket::read(std::function<void(const Part&)> got, std::function<void()> gone) {
  state_->got = std::move(got);
  state_->gone = std::move(gone);
  state_->read();
}

void WebSocket::send(std::string_view message, bool is_text, std::function<void()> taken) {
  if (state_->has_ended || state_->closing) return;
  state_->messages.push_back({std::string(message), is_text, std::move(taken)});
  state_->write();
}

void WebSocket::close() { state_->close(websocket::close_code::normal); }
void WebSocket::refuse() { state_->close(websocket::close_code::protocol_error); }

}  // namespace podrun::stream
