#include "runtime/stream/negotiate.h"

#include <algorithm>
#include <string_view>

#include "runtime/stream/http_answer.h"
#include "runtime/stream/lower_case.h"

namespace podrun::stream {
namespace {

constexpr const char* kSpdy = "SPDY/3.1";
constexpr const char* kVersions = "x-stream-protocol-version";

const std::vector<Protocol>& spdy_protocols(Purpose purpose) {
  // Servers of Go know no v5 here, and clients offer it beside v4.
  static const std::vector<Protocol> kCall{{.name = "v4.channel.k8s.io", .version = 4},
                                           {.name = "v3.channel.k8s.io", .version = 3},
                                           {.name = "v2.channel.k8s.io", .version = 2},
                                           {.name = "channel.k8s.io", .version = 1}};
  static const std::vector<Protocol> kForward{{.name = "portforward.k8s.io"}};
  return purpose == Purpose::port_forward ? kForward : kCall;
}

std::vector<Protocol> websocket_protocols(Purpose purpose) {
  using Carrier = Protocol::Carrier;
  const ChannelForm base64{.is_base64 = true};
  if (purpose == Purpose::port_forward)
    return {{.carrier = Carrier::tunnel, .name = "SPDY/3.1+portforward.k8s.io"},
            {.carrier = Carrier::channels, .name = "v4.channel.k8s.io"},
            {.carrier = Carrier::channels, .name = "v4.base64.channel.k8s.io", .form = base64}};
  return {{.carrier = Carrier::channels, .name = "v5.channel.k8s.io", .version = 5, .form = {.has_close = true}},
          {.carrier = Carrier::channels, .name = "v4.channel.k8s.io", .version = 4},
          {.carrier = Carrier::channels, .name = "v4.base64.channel.k8s.io", .version = 4, .form = base64},
          {.carrier = Carrier::channels, .name = "channel.k8s.io", .version = 1},
          {.carrier = Carrier::channels, .name = "base64.channel.k8s.io", .version = 1, .form = base64}};
}

std::optional<Protocol> first_of_both(const std::vector<Protocol>& ours, const std::vector<std::string>& offered) {
  for (const Protocol& protocol : ours)
    if (std::find(offered.begin(), offered.end(), protocol.name) != offered.end()) return protocol;
  return std::nullopt;
}

std::string names_of(const std::vector<Protocol>& protocols) {
  std::string names;
  for (const Protocol& protocol : protocols) names += (names.empty() ? "" : ", ") + protocol.name;
  return names;
}

Negotiated refused(int status, std::string text) { return {.protocol = {}, .refusal = {status, std::move(text), {}}}; }

Negotiated by_spdy(const HttpRequest& request, Purpose purpose) {
  const auto& ours = spdy_protocols(purpose);
  const auto offered = request.list(kVersions);
  if (offered.empty()) return refused(400, "the request offers no X-Stream-Protocol-Version");
  if (auto protocol = first_of_both(ours, offered)) return {.protocol = std::move(protocol), .refusal = {}};
  auto negotiated = refused(403, "none of the protocol versions offered is known here: " + names_of(ours));
  for (const Protocol& protocol : ours)
    negotiated.refusal.fields.emplace_back("X-Accepted-Stream-Protocol-Versions", protocol.name);
  return negotiated;
}

Negotiated by_websocket(const HttpRequest& request, Purpose purpose) {
  if (request.method != "GET") return refused(405, "a WebSocket begins with GET");
  const auto ours = websocket_protocols(purpose);
  const auto offered = request.list("sec-websocket-protocol");
  if (auto protocol = first_of_both(ours, offered)) return {.protocol = std::move(protocol), .refusal = {}};
  if (!offered.empty()) return refused(403, "none of the subprotocols offered is known here: " + names_of(ours));
  return {.protocol = Protocol{.carrier = Protocol::Carrier::channels, .name = {}}, .refusal = {}};
}

}  // namespace

const char* path_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::exec:
      return "/exec/";
    case Purpose::attach:
      return "/attach/";
    case Purpose::port_forward:
      return "/portforward/";
  }
  return "";
}

std::optional<Path> parse_path(const std::string& target) {
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  for (const Purpose purpose : {Purpose::exec, Purpose::attach, Purpose::port_forward}) {
    const std::string_view prefix = path_of(purpose);
    if (path.starts_with(prefix)) return Path{purpose, std::string(path.substr(prefix.size()))};
  }
  return std::nullopt;
}

Negotiated negotiate(const HttpRequest& request, Purpose purpose) {
  bool is_upgrade = false;
  for (const std::string& option : request.list("connection")) is_upgrade |= in_lower_case(option) == "upgrade";
  const std::string upgrade = in_lower_case(request.field("upgrade"));
  if (is_upgrade && upgrade == "websocket") return by_websocket(request, purpose);
  if (is_upgrade && upgrade == in_lower_case(kSpdy)) return by_spdy(request, purpose);
  return refused(400, "the request has to upgrade to SPDY/3.1 or websocket");
}

std::string answer_of(const Refusal& refusal) {
  return http_answer(refusal.status, refusal.fields, "text/plain; charset=utf-8", refusal.text + "\n");
}

std::string switch_to_spdy(const Protocol& protocol) {
  return std::string("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ") + kSpdy +
         "\r\nX-Stream-Protocol-Version: " + protocol.name + "\r\n\r\n";
}

}  // namespace podrun::stream
