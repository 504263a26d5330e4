// base's vocabulary, spoken without its name inside podrun.
#pragma once

#include "base/fd.h"
#include "base/result.h"

namespace podrun {
using base::Error;
using base::Fd;
using base::Kind;
using base::Result;
}  // namespace podrun
