#include "runtime/packet/recording.h"

#include <algorithm>

namespace podrun::packet {

const Link* find_link(const Recording& recording, int space, int index) {
  for (const Link& link : recording.spaces.at(static_cast<std::size_t>(space)).links)
    if (link.index == index) return &link;
  return nullptr;
}

std::string link_name(const Recording& recording, int space, int index) {
  const Link* link = find_link(recording, space, index);
  return link != nullptr ? link->name : "link " + std::to_string(index);
}

bool is_bridge_port(const Recording& recording, int space, int index) {
  const Link* link = find_link(recording, space, index);
  if (link == nullptr || link->master == 0) return false;
  const Link* master = find_link(recording, space, link->master);
  return master != nullptr && master->kind == "bridge";
}

bool is_data_acknowledged(const Recording& recording) {
  return std::any_of(recording.sightings.begin(), recording.sightings.end(), [&](const Sighting& sighting) {
    return sighting.space == recording.from_space && sighting.direction != Direction::out &&
           sighting.headers.protocol == Protocol::tcp &&
           sighting.headers.acknowledgement == recording.name.behind_data();
  });
}

std::string to_text(const Endpoint& endpoint) {
  const std::string ip = endpoint.ip.to_text();
  if (endpoint.port == 0) return ip;
  return (endpoint.ip.is_v4() ? ip : "[" + ip + "]") + ":" + std::to_string(endpoint.port);
}

}  // namespace podrun::packet
