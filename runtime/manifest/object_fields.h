// The fields of the objects beside Pods that podrun reads (as of Kubernetes 1.37): one table, in object_fields.cc.
#pragma once

#include "runtime/manifest/fields.h"

namespace podrun::manifest {

extern const Type kDeployment;
extern const Type kReplicaSet;  // and a ReplicationController, whose selector is another
extern const Type kStatefulSet;
extern const Type kDaemonSet;
extern const Type kJob;
extern const Type kCronJob;
extern const Type kPodTemplate;

extern const Type kConfigMapType;
extern const Type kSecretType;

}  // namespace podrun::manifest
