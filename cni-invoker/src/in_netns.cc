#include "cni/in_netns.h"

#include <fcntl.h>

#include "cni/base/files.h"
#include "cni/base/netns.h"
#include "cni/base/try.h"

namespace cni {

Result<void> run_in_netns(const std::string& path, const std::function<Result<void>()>& work) {
  // Not blocking, should it be a pipe.
  const Fd netns = TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).in("network namespace"));
  return base::run_in_netns(netns, path, work);
}

}  // namespace cni
