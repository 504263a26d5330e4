// What both ends of SPDY/3 hand to zlib before the first header block: common names and values, 1,423 bytes.
#pragma once

#include <string>

namespace podrun::stream::spdy {

const std::string& header_dictionary();

}  // namespace podrun::stream::spdy
