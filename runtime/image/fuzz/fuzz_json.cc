// The JSON of a layout. The first byte chooses which of the readers gets the rest.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/image/choose.h"
#include "runtime/image/oci_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podrun::image;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      const auto index = parse_index(text);
      if (!index) break;
      const auto chosen = choose_tag(*index, "");
      if (chosen) static_cast<void>(choose_platform(*chosen, {"linux", "amd64", ""}));
      break;
    }
    case 1:
      static_cast<void>(parse_manifest(text));
      break;
    case 2:
      static_cast<void>(parse_config(text));
      break;
    default:
      static_cast<void>(parse_layout_version(text));
      break;
  }
  return 0;
}
