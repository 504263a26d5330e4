#include "kit/src/data_plane/scene.h"

#include <algorithm>

#include "kit/src/data_plane/meant.h"

namespace cni::kit {
namespace {

using base::IpAddress;

std::string without_prefix(const std::string& cidr) { return cidr.substr(0, cidr.find('/')); }

bool same_network(const std::string& cidr, const IpAddress& other) {
  const auto address = IpAddress::parse(without_prefix(cidr));
  if (!address || address->is_v4() != other.is_v4() || cidr.find('/') == std::string::npos) return false;
  std::size_t bits = std::stoul(cidr.substr(cidr.find('/') + 1)) + (address->is_v4() ? 96 : 0);
  for (std::size_t i = 0; i < 16 && bits > 0; ++i) {
    const std::size_t taken = std::min<std::size_t>(bits, 8);
    const auto mask = static_cast<unsigned char>(0xff00U >> taken);
    if ((address->bytes()[i] & mask) != (other.bytes()[i] & mask)) return false;
    bits -= taken;
  }
  return true;
}

SeenPath as_path(const Place& from, const std::string& to, const std::string& what, bool expected, const Seen& seen) {
  return {from.name, to, what, expected, seen.arrived, seen.peer};
}

}  // namespace

std::optional<IpAddress> AttachedPod::gateway(bool is_v4) const {
  for (const IpConfig& ip : result.ips)
    if (ip.is_ipv6() != is_v4 && !ip.gateway.empty()) return IpAddress::parse(ip.gateway);
  return std::nullopt;
}

bool AttachedPod::has_default_route(bool is_v4) const {
  return std::any_of(result.routes.begin(), result.routes.end(),
                     [&](const Route& route) { return route.dst == (is_v4 ? "0.0.0.0/0" : "::/0"); });
}

bool AttachedPod::has_in_its_network(const IpAddress& other) const {
  return std::any_of(result.ips.begin(), result.ips.end(),
                     [&](const IpConfig& ip) { return same_network(ip.address, other); });
}

Verdict Scene::attach(std::size_t number) {
  while (number-- > 0) KIT_REQUIRE(attach(lab_.pod()));
  return passed();
}

Verdict Scene::attach(Pod& pod) {
  KIT_REQUIRE(attach_by_another_interface(pod));
  auto server = Server::start(pods_.back().place, kPodPort);
  if (!server) return skipped(server.error().what);
  pods_.back().server = std::move(*server);
  return passed();
}

Verdict Scene::attach_by_another_interface(Pod& pod) {
  KIT_REQUIRE(lab_.has_what_it_needs());
  if (const Answer added = lab_.add(pod); !added.succeeded()) return skipped("its ADD failed: " + added.text());
  auto result = parse_result(pod.result.dump(), lab_.version());
  if (!result) return skipped("its result: " + result.error().what);
  AttachedPod attached{&pod, {pod.name, pod.netns, {}}, {}, std::move(*result), nullptr};
  for (const std::string& text : pod_ips(attached.result))
    if (const auto address = IpAddress::parse(text)) attached.addresses.push_back(*address);
  if (attached.addresses.empty()) return not_applicable("it gives pods no address");
  // Where routes are by source, there is none for who has not chosen one.
  if (find_type(lab_.subject(), "sbr") != nullptr) attached.place.sources = attached.addresses;
  pods_.push_back(std::move(attached));
  return passed();
}

Verdict Scene::make_outside() {
  auto made = kit::make_outside();
  if (!made) return skipped(made.error().what);
  uplink_ = *made;
  outside_.netns = uplink_.netns;
  auto server = Server::start(outside_, kEchoPort);
  if (!server) return skipped(server.error().what);
  servers_.push_back(std::move(*server));
  return passed();
}

Verdict Scene::serve_on_host() {
  auto server = Server::start(host_, kEchoPort);
  if (!server) return skipped(server.error().what);
  servers_.push_back(std::move(*server));
  return passed();
}

// An address that the host has just been given may take a second until it is used: it is tried again until it is right.
Verdict Scene::expect(const Path& path, Limit limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  Seen seen;
  do seen = ask(path.from, path.target, std::min(limit, kOneTry));
  while ((!seen.arrived || seen.peer != path.peer) && std::chrono::steady_clock::now() < end);
  note(path.from, path.to, path.target.text(), true, seen);
  const std::string expected =
      path.target.text() + " from " + path.from.name + " is answered by " + path.to + ", which sees " + path.peer;
  if (!seen.arrived) return failed(expected, seen.why);
  if (seen.server != path.to) return failed(expected, "the answer is " + seen.server + "'s, which sees " + seen.peer);
  if (seen.peer != path.peer) return failed(expected, path.to + " sees " + seen.peer);
  return passed();
}

Verdict Scene::expect_ways_out(bool masquerades) {
  const AttachedPod& first = pod(0);
  bool tried = false;
  for (const base::IpAddress& own : first.addresses) {
    if (!first.has_default_route(own.is_v4())) continue;
    tried = true;
    const std::string peer = masquerades ? uplink_.host(own.is_v4()).to_text() : own.to_text();
    for (const Transport transport : kTransports)
      KIT_REQUIRE(expect({first.place, {transport, uplink_.outside(own.is_v4()), kEchoPort}, "outside", peer}));
  }
  return tried ? passed() : not_applicable("it gives pods no default route");
}

Verdict Scene::expect_none(const Place& from, const Target& target, const std::string& why) {
  const Seen seen = ask(from, target, kShort);
  note(from, "nobody", target.text(), false, seen);
  if (!seen.arrived) return passed();
  return failed(target.text() + " from " + from.name + " is not answered: " + why,
                "an answer of " + seen.server + "'s, which sees " + seen.peer);
}

void Scene::note(const Place& from, const std::string& to, const std::string& what, bool expected, const Seen& seen) {
  lab_.paths().push_back(as_path(from, to, what, expected, seen));
}

}  // namespace cni::kit
