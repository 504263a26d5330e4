// The fields of a Recording's types by their names in JSON, once for both ways. A field that may be absent has what its
// struct begins with.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include "runtime/packet/recording.h"

namespace podrun::packet {

template <class Value, class Plain>
concept Is = std::same_as<std::remove_const_t<Value>, Plain>;

// Words for the enums, in their order.
constexpr std::array kTransports{"tcp", "udp"};
constexpr std::array kProtocols{"tcp", "udp", "icmp", "ask", "tell"};
constexpr std::array kDirections{"in", "out", "elsewhere"};
constexpr const auto& words_of(Transport) { return kTransports; }
constexpr const auto& words_of(Protocol) { return kProtocols; }
constexpr const auto& words_of(Direction) { return kDirections; }

template <class Io, Is<Flow> T>
void fields(Io& io, T& flow) {
  io("source", flow.source);
  io("destination", flow.destination);
}

template <class Io, Is<Name> T>
void fields(Io& io, T& name) {
  io("transport", name.transport);
  io("sequence", name.sequence);
  io("cookie", name.cookie);
  io("data", name.data);
  io("flow", name.flow);
}

template <class Io, Is<Headers> T>
void fields(Io& io, T& headers) {
  io("protocol", headers.protocol);
  io("flow", headers.flow);
  io("ttl", headers.ttl);
  io("payload", headers.payload);
  io("tcpFlags", headers.tcp_flags);
  io("sequence", headers.sequence);
  io("acknowledgement", headers.acknowledgement);
  io("hasCookie", headers.has_cookie);
  io("icmpType", headers.icmp_type);
  io("icmpCode", headers.icmp_code);
  io("quoted", headers.quoted);
}

template <class Io, Is<Sighting> T>
void fields(Io& io, T& sighting) {
  io("space", sighting.space);
  io("link", sighting.link);
  io("direction", sighting.direction);
  io("at", sighting.at);
  io("fromMac", sighting.from_mac);
  io("toMac", sighting.to_mac);
  io("headers", sighting.headers);
}

template <class Io, Is<RuleEvent> T>
void fields(Io& io, T& event) {
  io("space", event.space);
  io("family", event.family);
  io("table", event.table);
  io("chain", event.chain);
  io("what", event.what);
  io("handle", event.handle);
  io("verdict", event.verdict);
  io("headers", event.headers);
  io("inLink", event.in_link);
  io("outLink", event.out_link);
  io("mark", event.mark);
}

template <class Io, Is<RuleText> T>
void fields(Io& io, T& rule) {
  io("space", rule.space);
  io("family", rule.family);
  io("table", rule.table);
  io("chain", rule.chain);
  io("handle", rule.handle);
  io("text", rule.text);
}

template <class Io, Is<Chain> T>
void fields(Io& io, T& chain) {
  io("space", chain.space);
  io("family", chain.family);
  io("table", chain.table);
  io("name", chain.name);
  io("hook", chain.hook);
  io("priority", chain.priority);
}

template <class Io, Is<CountedRule> T>
void fields(Io& io, T& rule) {
  io("table", rule.table);
  io("chain", rule.chain);
  io("text", rule.text);
  io("grown", rule.grown);
}

template <class Io, Is<LegacyRules> T>
void fields(Io& io, T& rules) {
  io("space", rules.space);
  io("family", rules.family);
  io("tables", rules.tables);
  io("counted", rules.counted);
}

template <class Io, Is<Connection> T>
void fields(Io& io, T& connection) {
  io("space", connection.space);
  io("original", connection.original);
  io("reply", connection.reply);
}

template <class Io, Is<Counter> T>
void fields(Io& io, T& counter) {
  io("space", counter.space);
  io("name", counter.name);
  io("grown", counter.grown);
}

template <class Io, Is<Link> T>
void fields(Io& io, T& link) {
  io("index", link.index);
  io("name", link.name);
  io("kind", link.kind);
  io("mac", link.mac);
  io("mtu", link.mtu);
  io("up", link.up);
  io("noArp", link.no_arp);
  io("hasXdp", link.has_xdp);
  io("master", link.master);
  io("hairpin", link.hairpin);
  io("isolated", link.isolated);
  io("blocked", link.blocked);
  io("peerSpace", link.peer_space);
  io("peer", link.peer);
  io("addresses", link.addresses);
}

template <class Io, Is<Given> T>
void fields(Io& io, T& given) {
  io("link", given.link);
  io("address", given.address);
  io("gateway", given.gateway);
}

template <class Io, Is<Space> T>
void fields(Io& io, T& space) {
  io("name", space.name);
  io("path", space.path);
  io("remake", space.remake);
  io("given", space.given);
  io("filtersBridgedV4", space.filters_bridged_v4);
  io("filtersBridgedV6", space.filters_bridged_v6);
  io("links", space.links);
}

template <class Io, Is<Published> T>
void fields(Io& io, T& published) {
  io("transport", published.transport);
  io("hostPort", published.host_port);
  io("space", published.space);
  io("port", published.port);
}

template <class Io, Is<Setting> T>
void fields(Io& io, T& setting) {
  io("space", setting.space);
  io("name", setting.name);
  io("value", setting.value);
}

template <class Io, Is<Route> T>
void fields(Io& io, T& route) {
  io("space", route.space);
  io("source", route.source);
  io("destination", route.destination);
  io("inLink", route.in_link);
  io("errorNumber", route.error_number);
  io("local", route.local);
  io("outLink", route.out_link);
  io("via", route.via);
  io("text", route.text);
}

template <class Io, Is<Neighbour> T>
void fields(Io& io, T& neighbour) {
  io("space", neighbour.space);
  io("link", neighbour.link);
  io("ip", neighbour.ip);
  io("mac", neighbour.mac);
  io("permanent", neighbour.permanent);
}

template <class Io, Is<Listener> T>
void fields(Io& io, T& listener) {
  io("space", listener.space);
  io("at", listener.at);
  io("onlyV6", listener.only_v6);
  io("waiting", listener.waiting);
  io("limit", listener.limit);
}

template <class Io, Is<Hook> T>
void fields(Io& io, T& hook) {
  io("space", hook.space);
  io("link", hook.link);
  io("text", hook.text);
  io("removal", hook.removal);
}

template <class Io, Is<Evidence> T>
void fields(Io& io, T& evidence) {
  io("settings", evidence.settings);
  io("routes", evidence.routes);
  io("neighbours", evidence.neighbours);
  io("listeners", evidence.listeners);
  io("hooks", evidence.hooks);
  io("remembered", evidence.remembered);
}

template <class Io, Is<Outcome> T>
void fields(Io& io, T& outcome) {
  io("word", outcome.word);
  io("errorNumber", outcome.error_number);
  io("answered", outcome.answered);
  io("began", outcome.began);
  io("ended", outcome.ended);
}

template <class Io, Is<Recording> T>
void fields(Io& io, T& recording) {
  io("from", recording.from);
  io("to", recording.to);
  io("kernel", recording.kernel);
  io("fromSpace", recording.from_space);
  io("toSpace", recording.to_space);
  io("name", recording.name);
  io("outcome", recording.outcome);
  io("spaces", recording.spaces);
  io("sightings", recording.sightings);
  io("events", recording.events);
  io("rules", recording.rules);
  io("chains", recording.chains);
  io("legacy", recording.legacy);
  io("connections", recording.connections);
  io("counters", recording.counters);
  io("missing", recording.missing);
  io("published", recording.published);
  io("evidence", recording.evidence);
}

}  // namespace podrun::packet
