// The journey as drawings: SVG without scripts, and one page of HTML that needs nothing else.
#pragma once

#include <string>
#include <string_view>

#include "runtime/packet/journey.h"

namespace podrun::packet {

// One leg: boxes as in picture_text.h, and one line through its stations, up on the left of a column, down on its
// right. Every text is escaped. `id` makes the names of its parts its own, where several stand in one page; `moves` has
// the packet walk.
std::string svg_of(const Recording& recording, const Leg& leg, std::string_view id = "leg", bool moves = false);

// A tab a leg, with its drawing, the walking packet and the list of its stations; what is said below the pictures.
std::string html_of(const Recording& recording, const Journey& journey);

// For text and attributes of XML and HTML. What no XML may hold is shown as base::printable does.
std::string xml_escaped(std::string_view text);

}  // namespace podrun::packet
