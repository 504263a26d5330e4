// Named after the Go types of k8s.io/api/apps/v1, batch/v1 and core/v1, and in the order of their fields:
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.37/
#include "runtime/manifest/object_fields.h"

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

// What a controller does over time, to Pods that there are already: create makes them once, and apply by comparing.
// Those that nobody sees the lack of are moot.
constexpr std::string_view kMadeOnce = "not acted on: its Pod is made once, now";

constexpr Field kDeploymentSpecFields[] = {
    {"replicas", accepted, whole},
    {"selector", moot, open},  // its Pods are found by their names
    {"template", accepted, object, &kPodTemplateSpec},
    {"strategy", moot, open},
    {"minReadySeconds", moot, whole},
    {"revisionHistoryLimit", moot, whole},
    {"paused", idle, flag},
    {"progressDeadlineSeconds", moot, whole},
    {"rollbackTo", moot, open},  // of extensions/v1beta1
};
constexpr Type kDeploymentSpec{kDeploymentSpecFields};

constexpr Field kReplicaSetSpecFields[] = {
    {"replicas", accepted, whole},
    {"minReadySeconds", moot, whole},
    {"selector", moot, open},
    {"template", accepted, object, &kPodTemplateSpec},
};
constexpr Type kReplicaSetSpec{kReplicaSetSpecFields};

constexpr Field kStatefulSetOrdinalsFields[] = {{"start", accepted, whole}};
constexpr Type kStatefulSetOrdinals{kStatefulSetOrdinalsFields};

constexpr Field kPersistentVolumeClaimFields[] = {
    {"kind", moot, text}, {"apiVersion", moot, text}, {"metadata", accepted, object, &kObjectMeta},
    {"spec", moot, open}, {"status", moot, open},
};
constexpr Type kPersistentVolumeClaim{kPersistentVolumeClaimFields};

constexpr Field kStatefulSetSpecFields[] = {
    {"replicas", accepted, whole},
    {"selector", moot, open},
    {"template", accepted, object, &kPodTemplateSpec},
    {"volumeClaimTemplates", accepted, list, &kPersistentVolumeClaim},
    {"serviceName", moot, text},
    {"podManagementPolicy", moot, text},
    {"updateStrategy", moot, open},
    {"revisionHistoryLimit", moot, whole},
    {"minReadySeconds", moot, whole},
    {"persistentVolumeClaimRetentionPolicy", moot, open},
    {"ordinals", accepted, object, &kStatefulSetOrdinals},
};
constexpr Type kStatefulSetSpec{kStatefulSetSpecFields};

constexpr Field kDaemonSetSpecFields[] = {
    {"selector", moot, open},
    {"template", accepted, object, &kPodTemplateSpec},
    {"updateStrategy", moot, open},
    {"minReadySeconds", moot, whole},
    {"revisionHistoryLimit", moot, whole},
    {"templateGeneration", moot, whole},  // of extensions/v1beta1
};
constexpr Type kDaemonSetSpec{kDaemonSetSpecFields};

constexpr Field kJobSpecFields[] = {
    Field("parallelism", idle, whole).unless("1").because(kMadeOnce),
    Field("completions", idle, whole).unless("1").because(kMadeOnce),
    {"activeDeadlineSeconds", accepted, whole},
    Field("podFailurePolicy", idle, open).because(kMadeOnce),
    Field("successPolicy", idle, open).because(kMadeOnce),
    Field("backoffLimit", idle, whole).because(kMadeOnce),
    Field("backoffLimitPerIndex", idle, whole).because(kMadeOnce),
    Field("maxFailedIndexes", idle, whole).because(kMadeOnce),
    {"selector", moot, open},
    {"manualSelector", moot, flag},
    {"template", accepted, object, &kPodTemplateSpec},
    Field("ttlSecondsAfterFinished", idle, whole).because(kMadeOnce),
    {"completionMode", accepted, text},
    Field("suspend", idle, flag).because(kMadeOnce),
    {"podReplacementPolicy", moot, text},
    {"managedBy", moot, text},
    Field("scheduling", idle, open).because(kMadeOnce),
};
constexpr Type kJobSpec{kJobSpecFields};

constexpr Field kJobTemplateSpecFields[] = {{"metadata", accepted, object, &kObjectMeta},
                                            {"spec", accepted, object, &kJobSpec}};
constexpr Type kJobTemplateSpec{kJobTemplateSpecFields};

constexpr Field kCronJobSpecFields[] = {
    Field("schedule", idle, text).because(kMadeOnce), Field("timeZone", idle, text).because(kMadeOnce),
    {"startingDeadlineSeconds", moot, whole},         {"concurrencyPolicy", moot, text},
    Field("suspend", idle, flag).because(kMadeOnce),  {"jobTemplate", accepted, object, &kJobTemplateSpec},
    {"successfulJobsHistoryLimit", moot, whole},      {"failedJobsHistoryLimit", moot, whole},
};
constexpr Type kCronJobSpec{kCronJobSpecFields};

// What all of them have around their spec.
template <const Type* spec>
constexpr Field kFieldsAround[] = {
    {"kind", accepted, text},         {"apiVersion", accepted, text}, {"metadata", accepted, object, &kObjectMeta},
    {"spec", accepted, object, spec}, {"status", moot, open},
};

constexpr Field kPodTemplateFields[] = {
    {"kind", accepted, text},
    {"apiVersion", accepted, text},
    {"metadata", accepted, object, &kObjectMeta},
    {"template", accepted, object, &kPodTemplateSpec},
};

constexpr Field kConfigMapFields[] = {
    {"kind", accepted, text},  {"apiVersion", accepted, text}, {"metadata", accepted, object, &kObjectMeta},
    {"immutable", moot, flag}, {"data", accepted, text_map},   {"binaryData", accepted, text_map},
};

constexpr Field kSecretFields[] = {
    {"kind", accepted, text},  {"apiVersion", accepted, text}, {"metadata", accepted, object, &kObjectMeta},
    {"immutable", moot, flag}, {"data", accepted, text_map},   {"stringData", accepted, text_map},
    {"type", accepted, text},
};

}  // namespace

const Type kDeployment{kFieldsAround<&kDeploymentSpec>};
const Type kReplicaSet{kFieldsAround<&kReplicaSetSpec>};
const Type kStatefulSet{kFieldsAround<&kStatefulSetSpec>};
const Type kDaemonSet{kFieldsAround<&kDaemonSetSpec>};
const Type kJob{kFieldsAround<&kJobSpec>};
const Type kCronJob{kFieldsAround<&kCronJobSpec>};
const Type kPodTemplate{kPodTemplateFields};
const Type kConfigMapType{kConfigMapFields};
const Type kSecretType{kSecretFields};

}  // namespace podrun::manifest
