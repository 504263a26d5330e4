// Succeeds with a status of 200 to 399. Of the answer the header is read, up to 64 KiB, and nothing of the body.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cerrno>
#include <optional>

#include "runtime/kernel/clock.h"
#include "runtime/probe/connection.h"

namespace podrun::probe {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeader = 64U << 10U;

// As the kubelet's, which servers know: what the manifest says goes before, and an empty value takes one away.
std::string request_of(const HttpAction& action, const std::string& peer) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"Host", peer}, {"User-Agent", "kube-probe/podrun"}, {"Accept", "*/*"}, {"Connection", "close"}};
  for (const auto& [name, value] : action.headers) {
    const auto same = std::find_if(headers.begin(), headers.end(), [&, &name = name](const auto& header) {
      return boost::beast::iequals(header.first, name);
    });
    if (same == headers.end())
      headers.emplace_back(name, value);
    else
      same->second = value;
  }
  std::string request = "GET " + action.path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers)
    if (!value.empty()) request += name + ": " + value + "\r\n";
  return request + "\r\n";
}

class Http : public Question {
 public:
  Http(Connection connection, const HttpAction& action, std::int64_t until)
      : connection_(std::move(connection)), until_(until), unsent_(request_of(action, connection_.peer())) {
    begin_header();
  }

  void await(Wait& wait) const override {
    wait.for_fd(connection_.fd(), unsent_.empty() ? POLLIN : POLLOUT);
    if (until_ != 0) wait.at_most_until(until_);
  }

  bool go_on() override {
    if (is_connected_ || connect()) {
      if (!is_over_) send();
      if (!is_over_ && unsent_.empty()) receive();
    }
    if (!is_over_ && until_ != 0 && boot_time() >= until_) end(connection_.peer() + ": no answer in time");
    return is_over_;
  }

 private:
  bool connect() {
    const auto connected = connection_.check();
    is_connected_ = static_cast<bool>(connected);
    if (!connected && connected.error().kind != Kind::busy) end(connected.error().what);
    return is_connected_;
  }

  void send() {
    while (!unsent_.empty()) {
      const ssize_t sent = ::send(connection_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR)
        end(Error::system(errno, "send to " + connection_.peer()).what);
      if (sent <= 0) return;
      unsent_.erase(0, static_cast<std::size_t>(sent));
    }
  }

  // A buffer at a time: whoever sends without end is cut off by the parser's limit.
  void receive() {
    char buffer[4096];
    const ssize_t got = ::recv(connection_.fd(), buffer, sizeof(buffer), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return end(Error::system(errno, "receive from " + connection_.peer()).what);
    if (got == 0) return end(connection_.peer() + ": ended without an answer");
    unread_.append(buffer, static_cast<std::size_t>(got));
    while (!is_over_ && parse()) continue;
  }

  // True where there may be more to parse.
  bool parse() {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(unread_), error);
    unread_.erase(0, used);
    if (parser_->is_header_done()) {
      const unsigned status = parser_->get().result_int();
      if (status < 200 && status != 101) return begin_header();  // and then the answer itself
      is_over_ = answer({.succeeded = status >= 200 && status < 400,
                         .failure = status >= 200 && status < 400 ? "" : "HTTP status " + std::to_string(status)});
    } else if (error && error != http::error::need_more) {
      end(connection_.peer() + ": no HTTP: " + error.message());
    }
    return false;
  }

  bool begin_header() {
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->skip(true);
    return true;
  }

  void end(std::string why) { is_over_ = fail(std::move(why)); }

  Connection connection_;
  std::int64_t until_;
  std::string unsent_;
  std::string unread_;
  std::optional<http::response_parser<http::empty_body>> parser_;
  bool is_connected_ = false;
  bool is_over_ = false;
};

}  // namespace

std::unique_ptr<Question> ask_http(const Place& place, const HttpAction& action, std::int64_t until) {
  auto connection = Connection::begin(place, action.host, action.port);
  if (!connection) return answered({.succeeded = false, .failure = connection.error().what});
  return std::make_unique<Http>(std::move(*connection), action, until);
}

}  // namespace podrun::probe
