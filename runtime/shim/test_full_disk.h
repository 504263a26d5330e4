// A disk without room, for the tests of those who write logs.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace podrun::shim {

// No file may grow beyond `bytes`, which is how a full disk looks to whoever writes: a part is taken.
class FullAt {
 public:
  explicit FullAt(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullAt(const FullAt&) = delete;
  FullAt& operator=(const FullAt&) = delete;
  ~FullAt() { ::setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  rlimit old_{};
};

}  // namespace podrun::shim
