// Headers of requests: what is read ends where the header does, and what is answered is one header and nothing of the
// client's.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/stream/negotiate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podrun::stream;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ParsedRequest parsed = parse_request(bytes);
  if (parsed.state != ParsedRequest::State::complete) return 0;
  if (parsed.size > size || bytes.substr(parsed.size - 4, 4) != "\r\n\r\n") std::abort();
  parse_path(parsed.request.target);
  for (const Purpose purpose : {Purpose::exec, Purpose::attach, Purpose::port_forward}) {
    const Negotiated negotiated = negotiate(parsed.request, purpose);
    const std::string answer =
        negotiated.protocol ? switch_to_spdy(*negotiated.protocol) : answer_of(negotiated.refusal);
    if (!answer.starts_with("HTTP/1.1 ")) std::abort();
    if (negotiated.protocol && answer.find("\r\n\r\n") != answer.size() - 4) std::abort();
  }
  return 0;
}
