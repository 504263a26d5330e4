// Questions over loopback, and servers that answer in every wrong way.
#include <gmock/gmock.h>

#include "runtime/probe/test_server.h"

namespace podrun::probe {
namespace {

using ::testing::HasSubstr;

std::string read_request(int client) {
  std::string request;
  char byte = 0;
  while (!request.ends_with("\r\n\r\n") && ::read(client, &byte, 1) == 1) request += byte;
  return request;
}

std::function<void(int)> saying(std::string text) {
  return [text = std::move(text)](int client) {
    read_request(client);
    ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    char byte = 0;
    while (::read(client, &byte, 1) > 0) continue;  // and then it just stays
  };
}

Outcome get(const Server& server, std::int64_t until, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return outcome_of(
      ask_http(kHere, {.host = {}, .port = server.port(), .path = "/ok?x=1", .headers = std::move(headers)}, until));
}

TEST(Http, AsksAsTheKubeletDoes) {
  std::string request;
  {
    const Server server([&](int client) {
      request = read_request(client);
      const std::string_view answer = "HTTP/1.1 204 No Content\r\n\r\n";
      ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    });
    EXPECT_TRUE(get(server, late(), {{"host", "web.example"}, {"Accept", ""}, {"X-Mine", "a b"}}).succeeded);
  }
  EXPECT_EQ(request,
            "GET /ok?x=1 HTTP/1.1\r\nHost: web.example\r\nUser-Agent: kube-probe/podrun\r\nConnection: close\r\n"
            "X-Mine: a b\r\n\r\n");
}

TEST(Http, SucceedsWithAStatusOf200To399) {
  const std::vector<std::pair<int, bool>> statuses{{200, true},  {299, true},  {302, true},  {399, true},
                                                   {400, false}, {404, false}, {500, false}, {101, false}};
  for (const auto& [status, succeeds] : statuses) {
    const Server server(saying("HTTP/1.1 " + std::to_string(status) + " Text\r\nContent-Length: 100\r\n\r\n"));
    const Outcome outcome = get(server, late());
    EXPECT_EQ(outcome.succeeded, succeeds) << status;
    EXPECT_EQ(outcome.failure, succeeds ? "" : "HTTP status " + std::to_string(status));
  }
}

TEST(Http, TakesInterimAnswersForNone) {
  const Server server(
      saying("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.0 503 No\r\n\r\n"));
  EXPECT_EQ(get(server, late()).failure, "HTTP status 503");
}

TEST(Http, WaitsForNoBody) {
  const Server server(saying("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" + std::string(1 << 16, 'x')));
  EXPECT_TRUE(get(server, late()).succeeded);
}

TEST(Http, EndsWithOneThatSaysNothing) {
  const Server server(saying(""));
  EXPECT_THAT(get(server, soon()).failure, HasSubstr("no answer in time"));
}

TEST(Http, EndsWithOneThatStopsInTheHeader) {
  const Server server(saying("HTTP/1.1 200 OK\r\nX: "));
  EXPECT_THAT(get(server, soon()).failure, HasSubstr("no answer in time"));
}

TEST(Http, EndsWithAHeaderWithoutEnd) {
  const Server server([](int client) {
    read_request(client);
    const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    std::string text = "HTTP/1.1 200 OK\r\n";
    while (::send(client, text.data(), text.size(), MSG_NOSIGNAL) > 0) text = line;
  });
  EXPECT_THAT(get(server, late()).failure, HasSubstr("no HTTP")) << "and not by its time";
}

TEST(Http, EndsWithInterimAnswersWithoutEnd) {
  const Server server([](int client) {
    read_request(client);
    const std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    while (::send(client, text.data(), text.size(), MSG_NOSIGNAL) > 0) continue;
  });
  EXPECT_THAT(get(server, soon()).failure, HasSubstr("no answer in time"));
}

TEST(Http, TakesWhatIsNoHttpForAFailure) {
  const Server server(saying("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_THAT(get(server, late()).failure, HasSubstr("no HTTP"));
}

TEST(Http, TakesAnEndForAFailure) {
  const Server server([](int client) { read_request(client); });
  EXPECT_FALSE(get(server, late()).succeeded);
}

TEST(Http, TellsWhoRefuses) {
  std::uint16_t port = 0;
  {
    const Server server([](int) {});
    port = server.port();
    EXPECT_TRUE(outcome_of(ask_tcp(kHere, {.host = {}, .port = port}, late())).succeeded);
  }
  EXPECT_EQ(outcome_of(ask_http(kHere, {.host = {}, .port = port, .headers = {}}, late())).failure,
            "connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(Tcp, SucceedsWhenTheConnectionStands) {
  const Server server([](int) {});
  EXPECT_TRUE(
      outcome_of(ask_tcp({.netns = {}, .address = "192.0.2.1"}, {.host = "127.0.0.1", .port = server.port()}, late()))
          .succeeded);
}

TEST(Tcp, EndsWithOneWhoseQueueIsFull) {
  const Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listening.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening.get(), 0), 0);
  ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<std::unique_ptr<Question>> asked;
  std::vector<std::string> failures;
  for (int i = 0; i < 4; ++i) asked.push_back(ask_tcp(kHere, {.host = {}, .port = ntohs(address.sin_port)}, soon()));
  for (auto& question : asked)
    if (const Outcome outcome = outcome_of(std::move(question)); !outcome.succeeded)
      failures.push_back(outcome.failure);
  ASSERT_FALSE(failures.empty());
  EXPECT_THAT(failures.front(), HasSubstr("no answer in time"));
}

TEST(Tcp, TakesNoNameForAnAddress) {
  EXPECT_FALSE(outcome_of(ask_tcp(kHere, {.host = "web", .port = 1}, late())).succeeded);
}

TEST(Sleep, TakesItsTimeAndNoMoreThanThereIs) {
  EXPECT_TRUE(outcome_of(sleep_for({0}, 0)).succeeded);
  EXPECT_TRUE(outcome_of(sleep_for({3600}, soon())).succeeded);
}

}  // namespace
}  // namespace podrun::probe
