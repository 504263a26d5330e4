// The part of the table of fields that says where a Pod may go: for a scheduler, and there is one machine.
#pragma once

#include "runtime/manifest/fields.h"

namespace podrun::manifest {

extern const Type kAffinity;
extern const Type kToleration;
extern const Type kTopologySpreadConstraint;
extern const Type kPodReadinessGate;
extern const Type kNamed;
extern const Type kPodSchedulingGroup;
extern const Type kEvictionResponder;

}  // namespace podrun::manifest
