// What an object that means nothing here may have been meant to be.
#pragma once

#include <string>

#include "runtime/manifest/objects.h"

namespace podrun::manifest {

// "v1 Pod", of "apps/v1 Pod" and of "v1 pod"; empty where nothing is close, and of what does mean something.
std::string what_may_be_meant(const Object& object);

}  // namespace podrun::manifest
