// podrun explain FROM TO:PORT: why a packet does not arrive.
#pragma once

#include <string>

#include "runtime/cli/context.h"

namespace podrun::cli {

struct ExplainPacketOptions {
  std::string from;
  std::string to;
  bool udp = false;
  std::uint32_t data = 0;
  std::string format;  // "json", "name", "fix"; empty: text
};

// Exit codes beside 0: it arrives and is answered.
inline constexpr int kCauseNamed = 1;
inline constexpr int kCauseUnknown = 12;
Result<int> explain_packet(Context& context, const ExplainPacketOptions& options);

}  // namespace podrun::cli
