// Named after the Go types, as fields.cc.
#include "runtime/manifest/scheduling_fields.h"

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

constexpr Field kLabelSelectorRequirementFields[] = {
    {"key", accepted, text}, {"operator", accepted, text}, {"values", accepted, texts}};
constexpr Type kLabelSelectorRequirement{kLabelSelectorRequirementFields};

constexpr Field kLabelSelectorFields[] = {{"matchLabels", accepted, text_map},
                                          {"matchExpressions", accepted, list, &kLabelSelectorRequirement}};
constexpr Type kLabelSelector{kLabelSelectorFields};

constexpr Field kNodeSelectorTermFields[] = {
    {"matchExpressions", accepted, list, &kLabelSelectorRequirement},  // a NodeSelectorRequirement has the same fields
    {"matchFields", accepted, list, &kLabelSelectorRequirement},
};
constexpr Type kNodeSelectorTerm{kNodeSelectorTermFields};

constexpr Field kNodeSelectorFields[] = {{"nodeSelectorTerms", accepted, list, &kNodeSelectorTerm}};
constexpr Type kNodeSelector{kNodeSelectorFields};

constexpr Field kPreferredSchedulingTermFields[] = {{"weight", accepted, whole},
                                                    {"preference", accepted, object, &kNodeSelectorTerm}};
constexpr Type kPreferredSchedulingTerm{kPreferredSchedulingTermFields};

constexpr Field kNodeAffinityFields[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", accepted, object, &kNodeSelector},
    {"preferredDuringSchedulingIgnoredDuringExecution", accepted, list, &kPreferredSchedulingTerm},
};
constexpr Type kNodeAffinity{kNodeAffinityFields};

constexpr Field kPodAffinityTermFields[] = {
    {"labelSelector", accepted, object, &kLabelSelector},
    {"namespaces", accepted, texts},
    {"topologyKey", accepted, text},
    {"namespaceSelector", accepted, object, &kLabelSelector},
    {"matchLabelKeys", accepted, texts},
    {"mismatchLabelKeys", accepted, texts},
};
constexpr Type kPodAffinityTerm{kPodAffinityTermFields};

constexpr Field kWeightedPodAffinityTermFields[] = {{"weight", accepted, whole},
                                                    {"podAffinityTerm", accepted, object, &kPodAffinityTerm}};
constexpr Type kWeightedPodAffinityTerm{kWeightedPodAffinityTermFields};

constexpr Field kPodAffinityFields[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", accepted, list, &kPodAffinityTerm},
    {"preferredDuringSchedulingIgnoredDuringExecution", accepted, list, &kWeightedPodAffinityTerm},
};
constexpr Type kPodAffinity{kPodAffinityFields};

constexpr Field kAffinityFields[] = {
    {"nodeAffinity", accepted, object, &kNodeAffinity},
    {"podAffinity", accepted, object, &kPodAffinity},
    {"podAntiAffinity", accepted, object, &kPodAffinity},  // a PodAntiAffinity has the same fields
};

constexpr Field kTolerationFields[] = {
    {"key", accepted, text},    {"operator", accepted, text},           {"value", accepted, text},
    {"effect", accepted, text}, {"tolerationSeconds", accepted, whole},
};

constexpr Field kTopologySpreadConstraintFields[] = {
    {"maxSkew", accepted, whole},          {"topologyKey", accepted, text},
    {"whenUnsatisfiable", accepted, text}, {"labelSelector", accepted, object, &kLabelSelector},
    {"minDomains", accepted, whole},       {"nodeAffinityPolicy", accepted, text},
    {"nodeTaintsPolicy", accepted, text},  {"matchLabelKeys", accepted, texts},
};

constexpr Field kPodReadinessGateFields[] = {{"conditionType", accepted, text}};

constexpr Field kNamedFields[] = {{"name", accepted, text}};  // LocalObjectReference, PodSchedulingGate

constexpr Field kPodSchedulingGroupFields[] = {{"podGroupName", accepted, text}};

constexpr Field kEvictionResponderFields[] = {{"name", accepted, text}, {"priority", accepted, whole}};

}  // namespace

const Type kAffinity{kAffinityFields};
const Type kToleration{kTolerationFields};
const Type kTopologySpreadConstraint{kTopologySpreadConstraintFields};
const Type kPodReadinessGate{kPodReadinessGateFields};
const Type kNamed{kNamedFields};
const Type kPodSchedulingGroup{kPodSchedulingGroupFields};
const Type kEvictionResponder{kEvictionResponderFields};

}  // namespace podrun::manifest
