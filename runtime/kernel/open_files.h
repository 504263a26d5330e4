// How many descriptors this process may have (RLIMIT_NOFILE).
#pragma once

#include <sys/resource.h>

namespace podrun {

rlimit open_files();

// As many as it can be given, from now on. Returned is what it was: that is for whatever is executed, of which some
// break with descriptors from 1024 on (select(2)), and some close each that there may be.
rlimit raise_open_files();

}  // namespace podrun
