// Configurations: whatever loads must survive being written into a ledger entry and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cni/config.h"
#include "entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool single : {false, true}) {
    const auto list = single ? cni::parse_single_config(text, "fuzz") : cni::parse_network_list(text, "fuzz");
    if (!list) continue;
    const std::string json = cni::network_json(*list);
    const auto again = cni::network_from_json(json);
    if (!again || again->name != list->name || again->plugins.size() != list->plugins.size()) std::abort();
    if (cni::network_json(*again) != json) std::abort();
  }
  return 0;
}
