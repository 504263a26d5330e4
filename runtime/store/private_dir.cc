#include "runtime/store/private_dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"

namespace podrun {

Result<void> make_private_dir(const std::string& path) {
  TRY(base::make_dirs(path, S_IRWXU));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  const Fd dir = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (::fchmod(dir.get(), S_IRWXU) != 0) return Error::system(errno, "close '" + path + "' to others");
  return {};
}

}  // namespace podrun
