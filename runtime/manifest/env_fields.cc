// Named after the Go types, as fields.cc.
#include "runtime/manifest/env_fields.h"

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

constexpr Field kObjectFieldSelectorFields[] = {{"apiVersion", moot, text}, {"fieldPath", accepted, text}};

constexpr Field kResourceFieldSelectorFields[] = {
    {"containerName", accepted, text}, {"resource", accepted, text}, {"divisor", accepted, amount}};

constexpr Field kKeySelectorFields[] = {  // ConfigMapKeySelector, SecretKeySelector
    {"name", accepted, text},
    {"key", accepted, text},
    {"optional", accepted, flag}};
constexpr Type kKeySelector{kKeySelectorFields};

constexpr Field kFileKeySelectorFields[] = {
    {"volumeName", accepted, text}, {"path", accepted, text}, {"key", accepted, text}, {"optional", accepted, flag}};
constexpr Type kFileKeySelector{kFileKeySelectorFields};

constexpr Field kEnvVarSourceFields[] = {
    {"fieldRef", accepted, object, &kObjectFieldSelector},
    {"resourceFieldRef", accepted, object, &kResourceFieldSelector},
    {"configMapKeyRef", accepted, object, &kKeySelector},
    {"secretKeyRef", accepted, object, &kKeySelector},
    {"fileKeyRef", accepted, object, &kFileKeySelector},
};
constexpr Type kEnvVarSource{kEnvVarSourceFields};

constexpr Field kEnvVarFields[] = {
    {"name", accepted, text}, {"value", accepted, text}, {"valueFrom", accepted, object, &kEnvVarSource}};

constexpr Field kEnvSourceFields[] = {{"name", accepted, text}, {"optional", accepted, flag}};  // of both kinds
constexpr Type kEnvSource{kEnvSourceFields};

constexpr Field kEnvFromSourceFields[] = {
    {"prefix", accepted, text},
    {"configMapRef", accepted, object, &kEnvSource},
    {"secretRef", accepted, object, &kEnvSource},
};

}  // namespace

const Type kEnvVar{kEnvVarFields};
const Type kEnvFromSource{kEnvFromSourceFields};
const Type kObjectFieldSelector{kObjectFieldSelectorFields};
const Type kResourceFieldSelector{kResourceFieldSelectorFields};

}  // namespace podrun::manifest
