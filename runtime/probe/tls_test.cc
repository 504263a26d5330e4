// HTTPS, from a server with a certificate that nobody trusts.
#include <gmock/gmock.h>

#include <csignal>

#include "runtime/probe/test_server.h"
#include "runtime/probe/test_tls.h"

namespace podrun::probe {
namespace {

using ::testing::HasSubstr;

class Tls : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

  static std::function<void(int)> saying(const std::string& text, int version = TLS1_3_VERSION) {
    return [text, version](int client) {
      SSL_CTX* context = context_of_server(version);
      SSL* tls = SSL_new(context);
      SSL_set_fd(tls, client);
      char buffer[4096];
      if (SSL_accept(tls) == 1 && SSL_read(tls, buffer, sizeof(buffer)) > 0) {
        SSL_write(tls, text.data(), static_cast<int>(text.size()));
        while (SSL_read(tls, buffer, sizeof(buffer)) > 0) continue;
      }
      SSL_free(tls);
      SSL_CTX_free(context);
    };
  }

  static Outcome get(const Server& server, std::int64_t until = late()) {
    return outcome_of(
        ask_http(kHere, {.over_tls = true, .host = {}, .port = server.port(), .path = "/", .headers = {}}, until));
  }
};

TEST_F(Tls, AnswersWhateverItsCertificate) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SCOPED_TRACE(version);
    EXPECT_EQ(get(Server(saying("HTTP/1.1 200 OK\r\n\r\n", version))).failure, "");
    EXPECT_EQ(get(Server(saying("HTTP/1.1 500 No\r\n\r\n", version))).failure, "HTTP status 500");
  }
}

// More than one read takes, and nothing for poll(2) to see.
TEST_F(Tls, ReadsALongHeaderInOneRecord) {
  std::string header = "HTTP/1.1 204 OK\r\n";
  for (int i = 0; i < 12; ++i) header += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(get(Server(saying(header + "\r\n"))).failure, "");
}

TEST_F(Tls, TellsWhoSpeaksNone) {
  const Server server([](int client) {
    const std::string_view plain = "HTTP/1.1 400 Bad Request\r\n\r\n";
    ::send(client, plain.data(), plain.size(), MSG_NOSIGNAL);
    char byte = 0;
    while (::read(client, &byte, 1) > 0) continue;
  });
  EXPECT_THAT(get(server).failure, HasSubstr("TLS with 127.0.0.1:" + std::to_string(server.port()) + ": "));
}

TEST_F(Tls, EndsWithOneThatNeverShakesHands) {
  const Server server([](int client) {
    char byte = 0;
    while (::read(client, &byte, 1) > 0) continue;
  });
  EXPECT_THAT(get(server, soon()).failure, HasSubstr("no answer in time"));
}

TEST_F(Tls, TakesAnEndInTheHandshakeForAFailure) {
  const Server server([](int) {});
  EXPECT_FALSE(get(server).succeeded);
}

}  // namespace
}  // namespace podrun::probe
