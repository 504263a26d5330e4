#include "runtime/cli/cp_place.h"

namespace podrun::cli {

Result<CpPlace> parse_cp_place(const std::string& text) {
  const auto colon = text.find(':');
  const auto wrong = [&](const std::string& why) {
    return Error{Kind::invalid, 0,
                 "'" + text + "': " + why + "; expected [NAMESPACE/]POD:PATH, or a path of this machine"};
  };
  if (text.empty()) return wrong("a path is missing");
  if (colon == std::string::npos || text.starts_with('/') || text.starts_with('.')) return CpPlace{.path = text};
  CpPlace place{.pod = text.substr(0, colon), .path = text.substr(colon + 1)};
  const auto slash = place.pod.find('/');
  if (slash != std::string::npos) {
    place.name_space = place.pod.substr(0, slash);
    place.pod = place.pod.substr(slash + 1);
    if (place.name_space.empty()) return wrong("a namespace is missing");
  }
  if (place.pod.empty() || place.pod.find('/') != std::string::npos) return wrong("that names no pod");
  if (place.path.empty()) return wrong("a path is missing behind the colon");
  return place;
}

}  // namespace podrun::cli
