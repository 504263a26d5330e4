#include "runtime/kernel/regular_file.h"

#include <sys/stat.h>

#include "base/files.h"

namespace podrun {

Result<std::string> read_regular(const Fd& file, const std::string& shown, std::size_t most) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return Error::system(errno, "look at it");
  if (!S_ISREG(info.st_mode)) return Error{Kind::invalid, 0, "not a regular file"};
  return base::read_all(file.get(), shown, most);
}

}  // namespace podrun
