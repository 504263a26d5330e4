// Any text: the parser may refuse it, in one line; it may not crash, hang, or take what it cannot write down again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/manifest/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = podrun::parse_manifest(text, "fuzz");
  if (!manifest) {
    if (manifest.error().what.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const auto again = podrun::parse_manifest(manifest->spec.manifest, "fuzz");
  if (!again || again->spec.manifest != manifest->spec.manifest || again->warnings != manifest->warnings) std::abort();
  return 0;
}
