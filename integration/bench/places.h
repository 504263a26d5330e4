// Mount namespaces in which contenders run. crun refuses a hybrid hierarchy, so it and its like get one in which
// /sys/fs/cgroup/unified is not mounted; on other machines both places are the same.
#pragma once

#include "base/fd.h"

namespace bench {

enum class Place { host, without_unified };

class Places {
 public:
  Places();
  // Commands started from here on run there.
  void enter(Place place) const;

 private:
  base::Fd host_;
  base::Fd without_unified_;
};

}  // namespace bench
