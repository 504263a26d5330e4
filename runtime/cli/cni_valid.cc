#include "runtime/cli/cni_valid.h"

namespace podrun::cli {

Result<std::vector<cni::ValidAttachment>> parse_valid(const std::vector<std::string>& typed) {
  std::vector<cni::ValidAttachment> valid;
  for (const std::string& text : typed) {
    const auto slash = text.find('/');
    if (slash == std::string::npos)
      return Error{Kind::invalid, 0, "--valid '" + text + "': expected ID/IFNAME, such as web-1/eth0"};
    cni::ValidAttachment one{text.substr(0, slash), text.substr(slash + 1)};
    TRY(cni::check_container_id(one.container_id).in("--valid '" + text + "'"));
    TRY(cni::check_ifname(one.ifname).in("--valid '" + text + "'"));
    valid.push_back(std::move(one));
  }
  return valid;
}

}  // namespace podrun::cli
