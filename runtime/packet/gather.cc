#include "runtime/packet/gather.h"

#include <algorithm>
#include <set>

#include "base/files.h"
#include "runtime/packet/connections.h"
#include "runtime/packet/listeners.h"
#include "runtime/packet/routes.h"
#include "runtime/packet/untraced.h"
#include "runtime/packet/whereabouts.h"

namespace podrun::packet {
namespace {

bool is_of_flow(const Headers& headers) {
  return headers.protocol == Protocol::tcp || headers.protocol == Protocol::udp;
}

// IP knows the bridge, not its port.
int ip_link(const Recording& recording, int space, int link) {
  return is_bridge_port(recording, space, link) ? find_link(recording, space, link)->master : link;
}

class Gatherer {
 public:
  Gatherer(const std::vector<OpenSpace>& open, Recording& recording) : open_(open), recording_(recording) {}

  void gather() {
    choose_places();
    ask_routes();
    for (const int space : places_) {
      read_settings(space);
      keep(neighbours_in(at(space), space, asked_), recording_.evidence.neighbours, "neighbours", space);
      keep(listeners_in(at(space), space, recording_.name.transport, ports_), recording_.evidence.listeners,
           "listeners", space);
      if (recording_.name.transport == Transport::udp)
        keep(remembered_connections(at(space), space, Transport::udp, recording_.name.flow),
             recording_.evidence.remembered, "connections", space);
    }
    const std::string& word = recording_.outcome.word;
    if (word == "silent" || word == "unreachable" || recording_.name.data != 0) read_hooks();
  }

 private:
  const OpenSpace& at(int space) const { return open_.at(static_cast<std::size_t>(space)); }

  template <class Value>
  void keep(Result<std::vector<Value>> found, std::vector<Value>& into, const char* what, int space) {
    if (found)
      into.insert(into.end(), found->begin(), found->end());
    else
      recording_.missing.push_back(std::string(what) + " in " + at(space).name + ": " + found.error().what);
  }

  void add_flow(int space, const Flow& flow, int in_link) {
    const bool from_here = in_link == 0;
    const int link = from_here ? 0 : ip_link(recording_, space, in_link);
    for (const Route& route : recording_.evidence.routes)
      if (route.space == space && route.in_link == link && route.source == flow.source.ip &&
          route.destination == flow.destination.ip)
        return;
    Route route;
    route.space = space;
    // From localhost the kernel would refuse to go anywhere else, which is asked for as a setting.
    if (!flow.source.ip.is_loopback() || flow.destination.ip.is_loopback()) route.source = flow.source.ip;
    route.destination = flow.destination.ip;
    route.in_link = link;
    recording_.evidence.routes.push_back(route);
  }

  // Also the way home of what has arrived.
  void add_headers(int space, const Headers& headers, int in_link) {
    if (!is_of_flow(headers)) return;
    places_.insert(space);
    for (const std::uint16_t port : {headers.flow.source.port, headers.flow.destination.port}) ports_.push_back(port);
    const bool is_here = owns(recording_, space, headers.flow.destination.ip);
    if (in_link != 0) add_flow(space, headers.flow, in_link);
    if (is_here) add_flow(space, headers.flow.reversed(), 0);
  }

  void choose_places() {
    const Flow& flow = recording_.name.flow;
    places_ = {recording_.from_space};
    if (recording_.to_space >= 0) places_.insert(recording_.to_space);
    for (const Place& owner : owners_of(recording_, flow.destination.ip)) places_.insert(owner.space);
    for (const Published& published : recording_.published)
      if (published.host_port == flow.destination.port) {
        places_.insert(published.space);
        ports_.push_back(published.port);
      }
    ports_.push_back(flow.destination.port);
    add_flow(recording_.from_space, flow, 0);
    for (const Sighting& seen : recording_.sightings) {
      places_.insert(seen.space);
      add_headers(seen.space, seen.headers, seen.direction == Direction::out ? 0 : seen.link);
    }
    for (const Leg& leg : journey_of(recording_).legs)
      if (const auto now = whereabouts(recording_, leg)) {
        add_flow(now->space, now->headers.flow, now->in_link);
        ports_.push_back(now->headers.flow.destination.port);
        for (const Place& owner : owners_of(recording_, now->headers.flow.destination.ip)) places_.insert(owner.space);
      }
    for (const RuleEvent& event : recording_.events) {
      if (!event.headers) continue;
      add_headers(event.space, *event.headers, event.in_link);
      if (event.space == recording_.from_space && event.in_link == 0 && event.out_link != 0)
        add_flow(event.space, event.headers->flow, 0);
    }
  }

  void ask_routes() {
    for (Route& route : recording_.evidence.routes) {
      if (const auto asked = ask_route(at(route.space), route); !asked)
        recording_.missing.push_back("routes in " + at(route.space).name + ": " + asked.error().what);
      asked_.push_back(route.destination);
      if (!route.via.is_any() && route.via != base::IpAddress{}) asked_.push_back(route.via);
    }
  }

  // Of the namespace, and of the links that are of interest.
  void read_settings(int space) {
    std::vector<std::string> names{
        "net/ipv4/ip_forward",          "net/ipv4/conf/all/rp_filter", "net/ipv4/conf/all/route_localnet",
        "net/ipv6/conf/all/forwarding", filter_of_bridges(true),       filter_of_bridges(false)};
    for (const Link& link : recording_.spaces.at(static_cast<std::size_t>(space)).links) {
      if (!is_of_interest(space, link) || link.name.find('/') != std::string::npos) continue;
      for (const char* one : {"rp_filter", "route_localnet", "forwarding"})
        names.push_back("net/ipv4/conf/" + link.name + "/" + one);
      names.push_back("net/ipv6/conf/" + link.name + "/disable_ipv6");
    }
    static_cast<void>(run_in(at(space), [&]() -> Result<void> {
      for (const std::string& name : names) {
        auto value = base::read_file("/proc/sys/" + name);
        if (!value) continue;
        while (value->ends_with('\n')) value->pop_back();
        recording_.evidence.settings.push_back({space, name, *value});
      }
      return {};
    }));
  }

  bool is_of_interest(int space, const Link& link) const {
    if (space == recording_.from_space || space == recording_.to_space) return link.master == 0;
    const auto& routes = recording_.evidence.routes;
    return std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
      return route.space == space && (route.out_link == link.index || route.in_link == link.index);
    });
  }

  void read_hooks() {
    std::set<std::pair<int, int>> links;
    for (const Sighting& seen : recording_.sightings)
      if (seen.direction != Direction::out && is_of_flow(seen.headers)) links.insert({seen.space, seen.link});
    for (const auto& [space, index] : links)
      if (const Link* link = find_link(recording_, space, index))
        for (Hook& hook : untraced_rules(at(space), space, *link)) recording_.evidence.hooks.push_back(std::move(hook));
  }

  const std::vector<OpenSpace>& open_;
  Recording& recording_;
  std::set<int> places_;
  std::vector<std::uint16_t> ports_;
  std::vector<base::IpAddress> asked_;
};

}  // namespace

void gather(const std::vector<OpenSpace>& spaces, Recording& recording) { Gatherer(spaces, recording).gather(); }

}  // namespace podrun::packet
