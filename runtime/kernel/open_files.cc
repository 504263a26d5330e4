#include "runtime/kernel/open_files.h"

namespace podrun {

rlimit open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

rlimit raise_open_files() {
  const rlimit before = open_files();
  const rlimit most{before.rlim_max, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &most);
  return before;
}

}  // namespace podrun
