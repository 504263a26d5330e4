#include "runtime/stream/http_request.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "runtime/stream/lower_case.h"

namespace podrun::stream {

namespace http = boost::beast::http;

ParsedRequest parse_request(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = bytes.substr(0, kMaxRequestHeader).find(kEnd);
  if (end == std::string_view::npos)
    return {.state = bytes.size() < kMaxRequestHeader ? ParsedRequest::State::incomplete : ParsedRequest::State::wrong};

  ParsedRequest parsed{.state = ParsedRequest::State::wrong, .size = end + kEnd.size()};
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kMaxRequestHeader);
  boost::system::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), parsed.size), error);
  if (error || used != parsed.size || !parser.is_header_done() || parser.get().version() != 11) return parsed;
  if (parser.chunked() || parser.content_length().value_or(0) > 0) return parsed;
  parsed.request.method = std::string(parser.get().method_string());
  parsed.request.target = std::string(parser.get().target());
  for (const auto& field : parser.get())
    parsed.request.fields.emplace_back(in_lower_case({field.name_string().data(), field.name_string().size()}),
                                       std::string(field.value()));
  parsed.state = ParsedRequest::State::complete;
  return parsed;
}

std::string HttpRequest::field(std::string_view name) const {
  for (const auto& [its_name, value] : fields)
    if (its_name == name) return value;
  return {};
}

std::vector<std::string> HttpRequest::list(std::string_view name) const {
  std::vector<std::string> items;
  for (const auto& [its_name, value] : fields) {
    if (its_name != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(item.size() + 1, rest.size()));
      while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
      while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
      if (!item.empty()) items.emplace_back(item);
    }
  }
  return items;
}

}  // namespace podrun::stream
