#include <linux/limits.h>
#include <unistd.h>

#include <array>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/delegates.h"

namespace cni::kit {

Result<std::string> find_helper(const std::string& given) {
  const std::string name = "cni-kit-plugin";
  if (!given.empty()) {
    if (base::path_exists(given)) return given;
    return Error{Kind::not_found, ENOENT, "find program '" + name + "': there is no '" + given + "'"};
  }
  std::array<char, PATH_MAX> self{};
  const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
  if (size < 0) return Error::system(errno, "find the running program");
  std::string beside(self.data(), static_cast<std::size_t>(size));
  beside.erase(beside.rfind('/') + 1);
  for (const std::string& dir : {beside, std::string(PODRUN_LIBEXECDIR "/")})
    if (base::path_exists(dir + name)) return dir + name;
  return Error{Kind::not_found, ENOENT,
               "find program '" + name + "': it is neither in " + beside + " nor in " PODRUN_LIBEXECDIR};
}

}  // namespace cni::kit
