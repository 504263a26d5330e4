// gRPC's health check, answered over HTTP/2.
#include <gmock/gmock.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>

#include "runtime/probe/test_server.h"
#include "runtime/probe/test_tls.h"

namespace podrun::probe {
namespace {

using ::testing::HasSubstr;

// What a server says to each call, and what it was asked.
struct Script {
  std::string http_status = "200";
  std::string message;  // with its prefix
  std::string grpc_status = "0";
  std::map<std::string, std::string> asked = {};
  std::string body = {};
};

nghttp2_nv header(const char* name, const std::string& value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name), value.size(), 0};
}

ssize_t give_message(nghttp2_session* session, std::int32_t stream, std::uint8_t* into, std::size_t size,
                     std::uint32_t* flags, nghttp2_data_source* source, void*) {
  const auto& script = *static_cast<Script*>(source->ptr);
  const std::size_t part = std::min(size, script.message.size());
  std::memcpy(into, script.message.data(), part);
  *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  const nghttp2_nv trailer = header("grpc-status", script.grpc_status);
  nghttp2_submit_trailer(session, stream, &trailer, 1);
  return static_cast<ssize_t>(part);
}

int answer_call(nghttp2_session* session, const nghttp2_frame* frame, void* self) {
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || frame->hd.stream_id == 0) return 0;
  auto& script = *static_cast<Script*>(self);
  const nghttp2_nv headers[] = {header(":status", script.http_status)};
  nghttp2_data_provider body{};
  body.source.ptr = self;
  body.read_callback = give_message;
  return nghttp2_submit_response(session, frame->hd.stream_id, headers, 1, &body);
}

std::function<void(int)> serving(Script& script) {
  return [&script](int client) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, answer_call);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
          static_cast<Script*>(self)->asked[{reinterpret_cast<const char*>(name), name_size}] = {
              reinterpret_cast<const char*>(value), value_size};
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks,
        [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size, void* self) {
          static_cast<Script*>(self)->body.append(reinterpret_cast<const char*>(data), size);
          return 0;
        });
    nghttp2_session* session = nullptr;
    nghttp2_session_server_new(&session, callbacks, &script);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    std::uint8_t buffer[4096];
    for (ssize_t size = 0; (size = ::read(client, buffer, sizeof(buffer))) > 0;) {
      nghttp2_session_mem_recv(session, buffer, static_cast<std::size_t>(size));
      const std::uint8_t* bytes = nullptr;
      for (ssize_t due = 0; (due = nghttp2_session_mem_send(session, &bytes)) > 0;)
        ::send(client, bytes, static_cast<std::size_t>(due), MSG_NOSIGNAL);
    }
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
  };
}

std::string message(const std::string& fields) {
  return std::string("\0\0\0\0", 4) + static_cast<char>(fields.size()) + fields;
}

Outcome check(Script& script, const std::string& service = "") {
  const Server server(serving(script));
  return outcome_of(ask_grpc(kHere, {.port = server.port(), .service = service}, late()));
}

TEST(Grpc, AsksForAService) {
  Script script{.message = message("\x08\x01")};
  EXPECT_EQ(check(script, "my.Service").failure, "");
  EXPECT_EQ(script.asked[":method"], "POST");
  EXPECT_EQ(script.asked[":path"], "/grpc.health.v1.Health/Check");
  EXPECT_EQ(script.asked["content-type"], "application/grpc");
  EXPECT_EQ(script.asked["te"], "trailers");
  EXPECT_EQ(script.body, message("\x0a\x0amy.Service"));
}

TEST(Grpc, AsksForTheServerWithAnEmptyMessage) {
  Script script{.message = message("\x08\x01")};
  EXPECT_TRUE(check(script).succeeded);
  EXPECT_EQ(script.body, message(""));
}

TEST(Grpc, AsksByTls) {
  std::signal(SIGPIPE, SIG_IGN);
  Script script{.message = message("\x08\x01")};
  const Server server(behind_tls(serving(script)));
  const Outcome outcome = outcome_of(ask_grpc(kHere, {.over_tls = true, .port = server.port(), .service = {}}, late()));
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(script.asked[":scheme"], "https");
}

TEST(Grpc, OnlyServingIsWell) {
  for (const auto& [fields, failure] :
       std::vector<std::pair<std::string, std::string>>{{"", "UNKNOWN for service 's'"},
                                                        {"\x08\x02", "NOT_SERVING for service 's'"},
                                                        {"\x08\x03", "SERVICE_UNKNOWN for service 's'"},
                                                        {"\x08\x63", "99 for service 's'"},
                                                        {"\x12\x01x\x08\x01", ""}}) {  // a field of a later version
    Script script{.message = message(fields)};
    EXPECT_EQ(check(script, "s").failure, failure);
  }
}

TEST(Grpc, TellsWhatTheServerSaidInstead) {
  Script none{.message = "", .grpc_status = "12"};
  EXPECT_EQ(check(none).failure, "gRPC status 12: the server has no health check (grpc.health.v1.Health)");
  Script unknown{.message = "", .grpc_status = "5"};
  EXPECT_EQ(check(unknown, "s").failure, "gRPC status 5 for service 's': it knows no such service");
  Script web{.http_status = "404", .message = "not here"};
  EXPECT_THAT(check(web).failure, HasSubstr("no gRPC: HTTP status 404"));
  Script broken{.message = message("\x08")};
  EXPECT_THAT(check(broken).failure, HasSubstr("no answer to a health check"));
  Script large{.message = std::string(1 << 16, 'x')};
  EXPECT_THAT(check(large).failure, HasSubstr("no answer to a health check"));
}

TEST(Grpc, EndsWithWhatIsNoHttp2) {
  const Server plain([](int client) {
    const std::string_view text = "HTTP/1.1 400 Bad Request\r\n\r\n";
    ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    char byte = 0;
    while (::read(client, &byte, 1) > 0) continue;
  });
  EXPECT_THAT(outcome_of(ask_grpc(kHere, {.port = plain.port(), .service = {}}, late())).failure,
              HasSubstr("no gRPC: "));
  const Server silent([](int client) {
    char byte = 0;
    while (::read(client, &byte, 1) > 0) continue;
  });
  EXPECT_THAT(outcome_of(ask_grpc(kHere, {.port = silent.port(), .service = {}}, soon())).failure,
              HasSubstr("no answer in time"));
}

}  // namespace
}  // namespace podrun::probe
