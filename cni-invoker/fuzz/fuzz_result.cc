// Results: whatever is read converts to every version, or says why not; and what was written can be read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cni/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = cni::parse_result(text, cni::kNewestVersion);
  if (!result) return 0;
  cni::pod_ips(*result);
  for (const cni::Version& version : cni::kKnownVersions) {
    const auto json = cni::to_json(*result, version);
    if (!json) continue;
    const auto again = cni::parse_result(*json, version);
    if (!again || again->version != version) std::abort();
  }
  return 0;
}
