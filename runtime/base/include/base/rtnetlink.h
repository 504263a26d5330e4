// cni-invoker's, under podrun's name.
#pragma once

#include "base/result.h"
#include "cni/base/rtnetlink.h"
