// The journey as lines, a station each: for narrow terminals, many namespaces, and whoever wants all of it.
#pragma once

#include <string>

#include "runtime/packet/journey.h"

namespace podrun::packet {

// `wide`: every rule that was met, also those that only jump; MACs, marks; addresses at every station.
// UTF-8. Names and texts of rules are others': who prints it to a terminal makes them printable.
std::string list_of(const Recording& recording, const Journey& journey, bool wide);

// The legs alone, without what stands above and below them.
std::string list_of_legs(const Recording& recording, const Journey& journey, bool wide);

}  // namespace podrun::packet
