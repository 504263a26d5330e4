// The journey as a picture of characters: a column a namespace, in the order in which the packet comes to it; in a
// column the program on top, then the IP layer, bridges, and the ends of links below. One line through numbered
// stations: up on the left of a column, down on its right.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "runtime/packet/journey.h"

namespace podrun::packet {

// The first leg as a picture, what came back as lines. The list (picture_list.h) where that is wider than `width`, or
// has more than three namespaces. UTF-8; names and texts are others', as in the list.
std::string text_of(const Recording& recording, const Journey& journey, std::optional<std::size_t> width);

}  // namespace podrun::packet
