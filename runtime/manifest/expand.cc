#include "runtime/manifest/expand.h"

namespace podrun::manifest {

Result<std::string> expand(std::string_view text, const Variables& variables) {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('$'), text.size());
    expanded += text.substr(0, plain);
    text.remove_prefix(plain);

    const std::size_t closing = text.starts_with("$(") ? text.find(')') : std::string_view::npos;
    std::size_t used = std::min<std::size_t>(text.size(), 1);  // a "$" that means nothing
    if (text.starts_with("$$")) {
      expanded += '$';
      used = 2;
    } else if (closing != std::string_view::npos) {
      const auto variable = variables.find(text.substr(2, closing - 2));
      used = closing + 1;
      expanded += variable != variables.end() ? std::string_view(variable->second) : text.substr(0, used);
    } else {
      expanded += text.substr(0, used);
    }
    text.remove_prefix(used);
    if (expanded.size() > kMaxArgument)
      return Error{Kind::invalid, 0,
                   "is longer than " + std::to_string(kMaxArgument) + " bytes, which is all execve takes"};
  }
  return expanded;
}

}  // namespace podrun::manifest
