// Recordings of real packets, made by `podrun trace -o json` on a host of Linux 6.18 with Debian's plugins.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/files.h"
#include "runtime/packet/journey.h"
#include "runtime/packet/recording_json.h"

namespace podrun::packet {

inline std::string recording_text(const std::string& name) {
  return base::read_file(PODRUN_RECORDINGS "/" + name + ".json").value_or("");
}

inline Recording recording_of(const std::string& name) {
  auto read = recording_from_json(recording_text(name));
  EXPECT_TRUE(read) << name << ": " << (read ? "" : read.error().what);
  return read ? *std::move(read) : Recording{};
}

// "client process", "host veth1 in", "host IP prerouting forward": a line a station.
inline std::string outline(const Recording& recording, const Leg& leg) {
  std::string text;
  for (const Station& station : leg.stations) {
    text += recording.spaces.at(static_cast<std::size_t>(station.space)).name;
    if (station.layer == Layer::process) text += " process";
    if (station.layer == Layer::ip) text += " IP";
    std::string last;
    for (const Passage& passage : station.passages)
      if (passage.hook != last) text += " " + (last = passage.hook);
    if (station.layer == Layer::link)
      text += " " + link_name(recording, station.space, station.seen.link) +
              (station.seen.direction == Direction::out ? " out" : " in");
    text += "\n";
  }
  return text;
}

inline const Leg* find_leg(const Journey& journey, const std::string& name) {
  for (const Leg& leg : journey.legs)
    if (leg.name == name) return &leg;
  return nullptr;
}

}  // namespace podrun::packet
