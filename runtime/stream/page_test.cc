#include "runtime/stream/page.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "runtime/stream/test_client.h"

namespace podrun::stream {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class PageTest : public testing::Test {
 protected:
  std::string get(const std::string& request) const {
    TestSocket client("http://" + server_->name() + "/");
    client.send(request);
    std::string all;
    for (std::string part; !(part = client.receive()).empty();) all += part;
    return all;
  }

  std::atomic<int> asked_ = 0;
  std::unique_ptr<PageServer> server_ =
      PageServer::start("127.0.0.1:0", {.path = "/metrics",
                                        .type = "text/plain; version=0.0.4",
                                        .text = [this] { return "asked " + std::to_string(++asked_) + "\n"; }})
          .value_or(nullptr);
};

TEST_F(PageTest, TheTextIsMadeForEachWhoAsks) {
  const std::string answer = get("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nasked 1\n"));
  EXPECT_THAT(get("GET /metrics?name=a HTTP/1.1\r\nHost: a\r\n\r\n"), EndsWith("asked 2\n"));
}

TEST_F(PageTest, NothingElseIsAnswered) {
  EXPECT_THAT(get("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(get("GET /metricsx HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("PUT /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(get("what\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(asked_, 0);
}

TEST_F(PageTest, ClientsThatSayNothingKeepNobodyOut) {
  std::vector<TestSocket> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back("http://" + server_->name() + "/");
  EXPECT_THAT(get("GET /metrics HTTP/1.1\r\n\r\n"), EndsWith("asked 1\n"));
}

TEST_F(PageTest, ManyClientsAtOnceAreAllAnswered) {
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      for (int k = 0; k < 10; ++k)
        if (get("GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 ")) ++answered;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 80);
  EXPECT_EQ(asked_, 80);
}

TEST(Page, AnAddressIsOneOfThisMachineWithAPort) {
  const auto error = [](const std::string& address) {
    const auto server = PageServer::start(address, {});
    return server ? "" : server.error().what;
  };
  EXPECT_THAT(error("localhost:80"), HasSubstr("localhost:80"));
  EXPECT_THAT(error("127.0.0.1"), HasSubstr("127.0.0.1"));
  EXPECT_THAT(error("::1:80"), HasSubstr("::1:80"));
  EXPECT_THAT(error("127.0.0.1:65536"), HasSubstr("65536"));
  EXPECT_THAT(error("127.0.0.1:"), HasSubstr("no port"));
  EXPECT_THAT(error("192.0.2.1:0"), HasSubstr("192.0.2.1:0"));
  EXPECT_EQ(error("0.0.0.0:0"), "");
}

}  // namespace
}  // namespace podrun::stream
