// cni-invoker's, under podrun's name. An installed cni-invoker has no name outside namespace cni; podrun, which shares its
// ground floor with it, does not say so at every line.
#pragma once

#include "cni/base/result.h"
#include "cni/base/try.h"

namespace base = cni::base;
