// Succeeds with a status of 200 to 399. Of the answer the header is read, up to 64 KiB, and nothing of the body.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "runtime/probe/exchange.h"

namespace podrun::probe {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeader = 64U << 10U;

// As the kubelet's, which servers know: what the manifest says goes before, and an empty value takes one away.
std::string http_request(const HttpAction& action, const std::string& peer) {
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

class Http : public Exchange {
 public:
  Http(Connection connection, const HttpAction& action, std::int64_t until)
      : Exchange(std::move(connection), action.over_tls, until) {
    say(http_request(action, peer()));
    begin_header();
  }

 private:
  void hear(std::string_view bytes) override {
    unread_ += bytes;
    while (!is_over() && parse()) continue;
  }

  // True where there may be more to parse.
  bool parse() {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(unread_), error);
    unread_.erase(0, used);
    if (parser_->is_header_done()) {
      const unsigned status = parser_->get().result_int();
      if (status < 200 && status != 101) return begin_header();  // and then the answer itself
      const bool is_well = status >= 200 && status < 400;
      end({.succeeded = is_well, .failure = is_well ? "" : "HTTP status " + std::to_string(status)});
    } else if (error && error != http::error::need_more) {
      end(peer() + ": no HTTP: " + error.message());
    }
    return false;
  }

  bool begin_header() {
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->skip(true);
    return true;
  }

  std::string unread_;
  std::optional<http::response_parser<http::empty_body>> parser_;
};

}  // namespace

std::unique_ptr<Question> ask_http(const Place& place, const HttpAction& action, std::int64_t until) {
  auto connection = Connection::begin(place, action.host, action.port);
  if (!connection) return answered({.succeeded = false, .failure = connection.error().what});
  return std::make_unique<Http>(std::move(*connection), action, until);
}

}  // namespace podrun::probe
