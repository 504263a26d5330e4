#include "runtime/cli/forward_ports.h"

#include <netinet/in.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/joined.h"
#include "runtime/kernel/socket_address.h"
#include "runtime/manifest/names.h"

namespace podrun::cli {
namespace {

using Json = nlohmann::json;

constexpr int kBacklog = 128;

std::uint16_t number(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? port : 0;
}

Error no_port(std::string_view text, const std::string& whole) {
  return {Kind::invalid, 0,
          "'" + whole + "': '" + std::string(text) +
              "' is no port; expected [LOCAL:]REMOTE of 1 to 65535, or the name of a port of the pod for REMOTE"};
}

struct NamedPort {
  std::string name;
  std::uint16_t port = 0;
};

// Of init containers those of sidecars, too; the others have ended.
std::vector<NamedPort> named_ports(const std::string& manifest, const std::string& protocol) {
  std::vector<NamedPort> ports;
  const Json pod = Json::parse(manifest, nullptr, false);
  for (const char* list : {"containers", "initContainers"}) {
    const Json::json_pointer at(std::string("/spec/") + list);
    if (!pod.is_object() || !pod.contains(at)) continue;
    for (const Json& container : pod.at(at)) {
      const bool has_ended =
          list == std::string_view("initContainers") && container.value("restartPolicy", "") != "Always";
      if (has_ended || !container.contains("ports")) continue;
      for (const Json& port : container.at("ports"))
        if (const std::string name = port.value("name", ""); !name.empty() && port.value("protocol", "TCP") == protocol)
          ports.push_back({name, port.value("containerPort", std::uint16_t{0})});
    }
  }
  return ports;
}

Result<Listener> listen_on(const base::IpAddress& ip, const ForwardPort& port) {
  const std::string host = ip.is_v4() ? ip.to_text() : "[" + ip.to_text() + "]";
  const std::string step = "listen on " + host + ":" + std::to_string(port.local);
  const SocketAddress address = socket_address(ip, port.local);
  Listener listener;
  listener.socket = Fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (!listener.socket) return Error::system(errno, step);
  const int yes = 1;
  ::setsockopt(listener.socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  // Each family by itself: "::" would take the port of 0.0.0.0 too.
  if (!ip.is_v4()) ::setsockopt(listener.socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
  if (::bind(listener.socket.get(), address.get(), address.size) != 0 || ::listen(listener.socket.get(), kBacklog) != 0)
    return Error::system(errno, step);
  listener.local = TRY(bound_port(listener.socket.get()));
  listener.remote = port.remote;
  listener.shown = host + ":" + std::to_string(listener.local);
  return listener;
}

}  // namespace

Result<AskedPort> parse_forward_port(const std::string& text) {
  AskedPort port;
  const auto colon = text.find(':');
  port.remote = text.substr(colon == std::string::npos ? 0 : colon + 1);
  if (number(port.remote) == 0 && !manifest::why_bad_port_name(port.remote).empty()) return no_port(port.remote, text);
  if (colon == std::string::npos) return port;
  const std::string_view local = std::string_view(text).substr(0, colon);
  port.local = number(local);
  if (port.local == 0 && !local.empty()) return no_port(local, text);
  return port;
}

Result<ForwardPort> find_forward_port(const AskedPort& asked, const std::string& manifest,
                                      const std::string& protocol) {
  ForwardPort port{.local = 0, .remote = number(asked.remote)};
  std::vector<std::string> names;
  if (port.remote == 0)
    for (const NamedPort& one : named_ports(manifest, protocol)) {
      names.push_back(one.name);
      if (port.remote == 0 && one.name == asked.remote) port.remote = one.port;
    }
  if (port.remote == 0)
    return Error{Kind::not_found, 0,
                 "the pod has no " + protocol + " port named '" + asked.remote + "'" +
                     (names.empty() ? "; none has a name" : "; there is " + base::joined(names, ", "))};
  port.local = asked.local.value_or(port.remote);
  return port;
}

Result<std::vector<ForwardAddress>> parse_forward_addresses(const std::vector<std::string>& texts) {
  const auto v4 = base::IpAddress::parse("127.0.0.1");
  const auto v6 = base::IpAddress::parse("::1");
  std::vector<ForwardAddress> addresses;
  for (const std::string& text : texts) {
    const auto ip = base::IpAddress::parse(text);
    if (!ip && text != "localhost")
      return Error{Kind::invalid, 0, "--address '" + text + "': expected an IP address or localhost"};
    addresses.push_back(ip ? ForwardAddress{.each = {*ip}} : ForwardAddress{.each = {*v4, *v6}, .one_is_enough = true});
  }
  return addresses;
}

Result<std::vector<Listener>> listen_for(const std::vector<ForwardPort>& ports,
                                         const std::vector<ForwardAddress>& addresses) {
  std::vector<Listener> listeners;
  for (ForwardPort port : ports) {
    for (const ForwardAddress& address : addresses) {
      std::optional<Error> first;
      bool listens = false;
      for (const base::IpAddress& ip : address.each) {
        auto listener = listen_on(ip, port);
        if (!listener && !first) first = listener.error();
        if (!listener) continue;
        listens = true;
        port.local = listener->local;  // a free one, found for the first address, is asked for at the others
        listeners.push_back(std::move(*listener));
      }
      if (first && !(address.one_is_enough && listens)) return std::move(*first);
    }
  }
  return listeners;
}

}  // namespace podrun::cli
