// gRPC's own health check: one call of grpc.health.v1.Health/Check, which answers SERVING.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include "runtime/probe/exchange.h"

namespace podrun::probe {
namespace {

constexpr std::size_t kMaxAnswer = 4096;
constexpr std::size_t kMessagePrefix = 5;  // not compressed, and how long it is
constexpr std::uint64_t kServing = 1;      // of grpc.health.v1.HealthCheckResponse.ServingStatus
constexpr const char* kStates[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

void append_varint(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

// HealthCheckRequest { string service = 1; }
std::string grpc_request(const GrpcAction& action) {
  std::string message;
  if (!action.service.empty()) {
    message += '\x0a';
    append_varint(message, action.service.size());
    message += action.service;
  }
  std::string framed(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(message.size() >> shift);
  return framed + message;
}

// HealthCheckResponse { ServingStatus status = 1; } Both messages are one field each: no library is needed for them.
std::optional<std::uint64_t> status_in(std::string_view framed) {
  if (framed.size() < kMessagePrefix || framed[0] != '\0') return std::nullopt;
  framed.remove_prefix(kMessagePrefix);
  std::uint64_t status = 0;  // what is left out is the first of its values
  while (!framed.empty()) {
    const auto tag = take_varint(framed);
    const auto value = tag ? take_varint(framed) : std::nullopt;
    if (!value) return std::nullopt;
    if (*tag == 0x08) status = *value;
    const std::uint64_t wire_type = *tag & 7U;
    if (wire_type == 2 && *value <= framed.size())
      framed.remove_prefix(*value);  // of a later version, perhaps
    else if (wire_type != 0)
      return std::nullopt;
  }
  return status;
}

struct FreeSession {
  void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
};

nghttp2_nv header(const char* name, const std::string& value) {
  nghttp2_nv made{};
  // Copied by the library; its types have no const.
  made.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name));
  made.namelen = std::strlen(name);
  made.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  made.valuelen = value.size();
  return made;
}

class Grpc : public Exchange {
 public:
  Grpc(Connection connection, const GrpcAction& action, std::int64_t until)
      : Exchange(std::move(connection), action.over_tls, until, "h2"),
        over_tls_(action.over_tls),
        service_(action.service),
        request_(grpc_request(action)) {
    begin();
    say_what_is_due();
  }

 private:
  void begin() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    const std::unique_ptr<nghttp2_session_callbacks, FreeSession> callbacks(made);
    nghttp2_session_callbacks_set_on_header_callback(
        made, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                 const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
          static_cast<Grpc*>(self)->take_header({reinterpret_cast<const char*>(name), name_size},
                                                {reinterpret_cast<const char*>(value), value_size});
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        made, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size, void* self) {
          std::string& answer = static_cast<Grpc*>(self)->answer_;
          answer.append(reinterpret_cast<const char*>(data), std::min(size, kMaxAnswer - answer.size()));
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        made, [](nghttp2_session*, std::int32_t, std::uint32_t error, void* self) {
          static_cast<Grpc*>(self)->conclude(error);
          return 0;
        });
    nghttp2_session* session = nullptr;
    nghttp2_session_client_new(&session, made, this);
    session_.reset(session);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    submit();
  }

  void submit() {
    const std::string method = "POST", scheme = over_tls_ ? "https" : "http", path = "/grpc.health.v1.Health/Check",
                      authority = peer(), type = "application/grpc", trailers = "trailers", agent = "kube-probe/podrun";
    const nghttp2_nv headers[] = {
        header(":method", method),    header(":scheme", scheme), header(":authority", authority), header(":path", path),
        header("content-type", type), header("te", trailers),    header("user-agent", agent)};
    nghttp2_data_provider body{};
    body.source.ptr = &request_;
    body.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                            nghttp2_data_source* source, void*) {
      auto& rest = *static_cast<std::string*>(source->ptr);
      const std::size_t part = std::min(size, rest.size());
      std::memcpy(into, rest.data(), part);
      rest.erase(0, part);
      if (rest.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(part);
    };
    nghttp2_submit_request(session_.get(), nullptr, headers, std::size(headers), &body, nullptr);
  }

  void say_what_is_due() {
    const std::uint8_t* bytes = nullptr;
    for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_.get(), &bytes)) > 0;)
      say({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  }

  void hear(std::string_view bytes) override {
    const ssize_t used =
        nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (is_over()) return;
    if (used < 0) return end(peer() + ": no gRPC: " + nghttp2_strerror(static_cast<int>(used)));
    say_what_is_due();
    // Of what is no HTTP/2 the library takes leave, and expects nothing more.
    if (nghttp2_session_want_read(session_.get()) == 0) end(peer() + ": no gRPC: it broke the rules of HTTP/2");
  }

  void take_header(std::string_view name, std::string_view value) {
    int number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc()) number = -1;
    if (name == ":status") http_status_ = number;
    if (name == "grpc-status") grpc_status_ = number;
  }

  // The stream is over: the headers, the message and the trailers are there, or never will be.
  void conclude(std::uint32_t error) {
    const std::string service = service_.empty() ? "" : " for service '" + service_ + "'";
    const auto status = status_in(answer_);
    if (http_status_ != 200) return end(peer() + ": no gRPC: HTTP status " + std::to_string(http_status_));
    if (!grpc_status_ && error != 0) return end(peer() + ": no gRPC: " + nghttp2_http2_strerror(error));
    if (grpc_status_.value_or(-1) != 0) {
      constexpr int kNotFound = 5, kUnimplemented = 12;
      const int code = grpc_status_.value_or(-1);
      return end("gRPC status " + std::to_string(code) + service +
                 (code == kUnimplemented ? ": the server has no health check (grpc.health.v1.Health)"
                  : code == kNotFound    ? ": it knows no such service"
                                         : ""));
    }
    if (status == kServing) return end(Outcome{.succeeded = true, .failure = {}});
    if (!status) return end(peer() + ": no answer to a health check");
    end((*status < std::size(kStates) ? kStates[*status] : std::to_string(*status)) + service);
  }

  bool over_tls_;
  std::string service_;
  std::string request_;
  std::string answer_;
  std::optional<int> grpc_status_;
  int http_status_ = 0;
  std::unique_ptr<nghttp2_session, FreeSession> session_;
};

}  // namespace

std::unique_ptr<Question> ask_grpc(const Place& place, const GrpcAction& action, std::int64_t until) {
  auto connection = Connection::begin(place, {}, action.port);
  if (!connection) return answered({.succeeded = false, .failure = connection.error().what});
  return std::make_unique<Grpc>(std::move(*connection), action, until);
}

}  // namespace podrun::probe
