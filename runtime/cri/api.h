// The CRI's messages, under one short name.
#pragma once

#include "cri.pb.h"

namespace podrun::cri {

namespace api = ::runtime::v1;

}  // namespace podrun::cri
