// The part of the table of fields that is about variables, and about what a Pod may be told of itself.
#pragma once

#include "runtime/manifest/fields.h"

namespace podrun::manifest {

extern const Type kEnvVar;                 // of a container's env
extern const Type kEnvFromSource;          // of its envFrom
extern const Type kObjectFieldSelector;    // fieldRef
extern const Type kResourceFieldSelector;  // resourceFieldRef

}  // namespace podrun::manifest
