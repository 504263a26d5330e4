// The header of a client's request, read with Boost.Beast.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podrun::stream {

constexpr std::size_t kMaxRequestHeader = 8U << 10U;

struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case, as often as they were sent

  std::string field(std::string_view name) const;              // the first; empty where there is none
  std::vector<std::string> list(std::string_view name) const;  // of all, what stands between commas
};

struct ParsedRequest {
  enum class State { incomplete, complete, wrong };
  State state = State::incomplete;
  HttpRequest request = {};
  std::size_t size = 0;  // of the header; what follows is of the protocol that it asks for
};

// `bytes`: all that has arrived. Wrong: not HTTP/1.1, above kMaxRequestHeader, or with a body.
ParsedRequest parse_request(std::string_view bytes);

}  // namespace podrun::stream
