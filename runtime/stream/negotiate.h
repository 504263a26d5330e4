// Which protocol a request's header asks for, and whether it gets it. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stream/channel_messages.h"
#include "runtime/stream/http_request.h"

namespace podrun::stream {

enum class Purpose { exec, attach, port_forward };

// Of "/exec/TOKEN"; nothing for every other path. What stands behind a question mark is no part of it.
struct Path {
  Purpose purpose = Purpose::exec;
  std::string token;
};
std::optional<Path> parse_path(const std::string& target);

// The path of a purpose, without a token: "/exec/".
const char* path_of(Purpose purpose);

struct Protocol {
  enum class Carrier { spdy, tunnel, channels };  // SPDY/3.1, the same in a WebSocket, channels of a WebSocket
  Carrier carrier = Carrier::spdy;
  std::string name;       // of the (sub)protocol that is chosen; may be empty
  int version = 1;        // of the protocol of exec and attach: v4 is 4
  ChannelForm form = {};  // of channels
};

// What is answered in its place: a status, what is wrong, and header fields.
struct Refusal {
  int status = 400;
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;
};

struct Negotiated {
  std::optional<Protocol> protocol;
  Refusal refusal;  // where there is none
};
Negotiated negotiate(const HttpRequest& request, Purpose purpose);

std::string answer_of(const Refusal& refusal);
std::string switch_to_spdy(const Protocol& protocol);  // the answer 101

}  // namespace podrun::stream
