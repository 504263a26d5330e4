// Any text: the parser may refuse it, in one line; it may not crash, hang, or take what it cannot write down again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/manifest/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto set = podrun::parse_manifests({{text, "fuzz"}});
  if (!set) {
    if (set.error().what.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  for (const podrun::PodSpec& pod : set->pods) {
    // Of a Pod on its own: what stood beside it is not in it.
    const auto again = podrun::find_pod_names({{pod.manifest, "fuzz"}}, {});
    if (!again || again->size() != 1 || again->front().name != pod.name) std::abort();
  }
  return 0;
}
