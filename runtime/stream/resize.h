// The resize stream: JSON objects {"Width":80,"Height":24}, one after another, cut anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/stream/server.h"

namespace podrun::stream {

class ResizeReader {
 public:
  // The sizes that are whole by now. What is no such object is passed over; a size is told only with both numbers above
  // 0.
  std::vector<TerminalSize> feed(std::string_view bytes);

 private:
  std::string object_;  // that has begun
};

}  // namespace podrun::stream
