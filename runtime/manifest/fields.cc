// Named after the Go types of k8s.io/api/core/v1 and in the order of their fields, so that the two can be compared:
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.37/#pod-v1-core
#include "runtime/manifest/fields.h"

#include <fnmatch.h>

#include <algorithm>
#include <string>

#include "runtime/manifest/env_fields.h"
#include "runtime/manifest/scheduling_fields.h"
#include "runtime/manifest/volume_fields.h"

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

// --- Containers -----------------------------------------------------------------------------------------------------

constexpr Choice kProtocols[] = {{"TCP"}, {"UDP"}, {"SCTP"}};

constexpr Field kContainerPortFields[] = {
    {"name", accepted, text},       {"hostPort", accepted, whole}, {"containerPort", accepted, whole},
    {"protocol", text, kProtocols}, {"hostIP", accepted, text},
};
constexpr Type kContainerPort{kContainerPortFields};

constexpr std::string_view kHugePages = "huge pages are not counted: whoever asks first has those that the machine has";
constexpr std::string_view kNoDrivers = "there is no driver here that would give a device for a claim";
constexpr std::string_view kNoDevices = "there is no device plugin here: the container gets no device for it";

constexpr Field kLimitFields[] = {
    {"cpu", accepted, amount},
    {"memory", accepted, amount},
    {"podrun.io/pids", accepted, amount},  // ours: Kubernetes limits Pods alone, by `pids` of theirs or on the kubelet
    {"ephemeral-storage", accepted, amount},
    Field("hugepages-*", idle, amount).because(kHugePages),
    Field("*/*", idle, amount).because(kNoDevices),  // extended resources: nvidia.com/gpu
};
constexpr Type kLimits{kLimitFields};

constexpr Field kRequestFields[] = {
    {"cpu", accepted, amount},
    {"memory", accepted, amount},
    {"ephemeral-storage", idle, amount},
    Field("hugepages-*", idle, amount).because(kHugePages),
    Field("*/*", idle, amount).because(kNoDevices),
};
constexpr Type kRequests{kRequestFields};

constexpr Field kResourceRequirementsFields[] = {
    {"limits", accepted, object, &kLimits},
    {"requests", accepted, object, &kRequests},
    Field("claims", later).because(kNoDrivers),
};
constexpr Type kResourceRequirements{kResourceRequirementsFields};

// Of the Pod as a whole there are no others (KEP-2837, KEP-6063).
constexpr Field kPodLimitFields[] = {
    {"cpu", accepted, amount},
    {"memory", accepted, amount},
    {"pids", accepted, amount},
    Field("hugepages-*", idle, amount).because(kHugePages),
};
constexpr Type kPodLimits{kPodLimitFields};
constexpr Field kPodRequestFields[] = {
    {"cpu", accepted, amount},
    {"memory", accepted, amount},
    Field("hugepages-*", idle, amount).because(kHugePages),
};
constexpr Type kPodRequests{kPodRequestFields};
constexpr Field kPodResourcesFields[] = {{"limits", accepted, object, &kPodLimits},
                                         {"requests", accepted, object, &kPodRequests}};
constexpr Type kPodResources{kPodResourcesFields};

constexpr Field kCapabilitiesFields[] = {{"add", accepted, texts}, {"drop", accepted, texts}};
constexpr Type kCapabilities{kCapabilitiesFields};

constexpr Choice kSeccompTypes[] = {{"RuntimeDefault"}, {"Unconfined"}, {"Localhost"}};

constexpr Field kSeccompProfileFields[] = {{"type", text, kSeccompTypes}, {"localhostProfile", accepted, text}};
constexpr Type kSeccompProfile{kSeccompProfileFields};

constexpr Choice kAppArmorTypes[] = {{"RuntimeDefault"}, {"Unconfined"}, {"Localhost"}};
constexpr Field kAppArmorProfileFields[] = {{"type", text, kAppArmorTypes}, {"localhostProfile", accepted, text}};
constexpr Type kAppArmorProfile{kAppArmorProfileFields};

constexpr Choice kProcMounts[] = {{"Default"}, {"Unmasked"}};
constexpr std::string_view kNoSELinux = "SELinux labels are not set: the Pod has the label that podrun runs with";

constexpr Field kSecurityContextFields[] = {
    {"capabilities", accepted, object, &kCapabilities},
    {"privileged", accepted, flag},
    Field("seLinuxOptions", idle, open).because(kNoSELinux),
    Field("windowsOptions", later).because("a Windows Pod cannot run on Linux"),
    {"runAsUser", accepted, whole},
    {"runAsGroup", accepted, whole},
    {"runAsNonRoot", accepted, flag},
    {"readOnlyRootFilesystem", accepted, flag},
    {"allowPrivilegeEscalation", accepted, flag},
    {"procMount", text, kProcMounts},
    {"seccompProfile", accepted, object, &kSeccompProfile},
    {"appArmorProfile", accepted, object, &kAppArmorProfile},
};
constexpr Type kSecurityContext{kSecurityContextFields};

constexpr Choice kTerminationMessagePolicies[] = {{"File"}, {"FallbackToLogsOnError"}};

constexpr Choice kRestartPolicies[] = {{"Always"}, {"OnFailure"}, {"Never"}};
constexpr Choice kRestartActions[] = {
    {"Restart"},
    {"RestartAllContainers", later,
     "all containers of a Pod at once are made again by 'podrun restart', and by nothing else"},
};
constexpr Choice kExitCodeOperators[] = {{"In"}, {"NotIn"}};
constexpr Field kExitCodesFields[] = {{"operator", text, kExitCodeOperators}, {"values", accepted, wholes}};
constexpr Type kExitCodes{kExitCodesFields};
constexpr Field kRestartRuleFields[] = {{"action", text, kRestartActions},
                                        {"exitCodes", accepted, object, &kExitCodes}};
constexpr Type kRestartRule{kRestartRuleFields};

constexpr Field kExecActionFields[] = {{"command", accepted, texts}};
constexpr Type kExecAction{kExecActionFields};

constexpr Field kHTTPHeaderFields[] = {{"name", accepted, text}, {"value", accepted, text}};
constexpr Type kHTTPHeader{kHTTPHeaderFields};

constexpr Choice kURISchemes[] = {{"HTTP"}, {"HTTPS"}};
constexpr Choice kHTTPProtocols[] = {{"HTTP1"}, {"HTTP2", later, "podrun asks by HTTP/1.1"}};
constexpr Field kHTTPGetActionFields[] = {
    {"path", accepted, text},           {"port", accepted, amount},  // a number, or a name
    {"host", accepted, text},           {"scheme", text, kURISchemes}, {"httpHeaders", accepted, list, &kHTTPHeader},
    {"protocol", text, kHTTPProtocols},
};
constexpr Type kHTTPGetAction{kHTTPGetActionFields};

constexpr Field kTCPSocketActionFields[] = {{"port", accepted, amount}, {"host", accepted, text}};
constexpr Type kTCPSocketAction{kTCPSocketActionFields};

constexpr Choice kGRPCModes[] = {{"Plaintext"}, {"TLS"}};
constexpr Field kGRPCActionFields[] = {
    {"port", accepted, whole}, {"service", accepted, text}, {"mode", text, kGRPCModes}};
constexpr Type kGRPCAction{kGRPCActionFields};

constexpr Field kSleepActionFields[] = {{"seconds", accepted, whole}};
constexpr Type kSleepAction{kSleepActionFields};

constexpr Field kProbeFields[] = {
    {"exec", accepted, object, &kExecAction},
    {"httpGet", accepted, object, &kHTTPGetAction},
    {"tcpSocket", accepted, object, &kTCPSocketAction},
    {"grpc", accepted, object, &kGRPCAction},
    {"initialDelaySeconds", accepted, whole},
    {"timeoutSeconds", accepted, whole},
    {"periodSeconds", accepted, whole},
    {"successThreshold", accepted, whole},
    {"failureThreshold", accepted, whole},
    {"terminationGracePeriodSeconds", accepted, whole},
};
constexpr Type kProbe{kProbeFields};

constexpr Field kLifecycleHandlerFields[] = {
    {"exec", accepted, object, &kExecAction},
    {"httpGet", accepted, object, &kHTTPGetAction},
    Field("tcpSocket", later).because("a hook by tcpSocket fails in Kubernetes, too: it has never been built"),
    {"sleep", accepted, object, &kSleepAction},
};
constexpr Type kLifecycleHandler{kLifecycleHandlerFields};

constexpr Field kLifecycleFields[] = {
    {"postStart", accepted, object, &kLifecycleHandler},
    {"preStop", accepted, object, &kLifecycleHandler},
    {"stopSignal", accepted, text},
};
constexpr Type kLifecycle{kLifecycleFields};

constexpr Field kContainerFields[] = {
    {"name", accepted, text},
    {"image", accepted, text},
    {"command", accepted, texts},
    {"args", accepted, texts},
    {"workingDir", accepted, text},
    {"ports", accepted, list, &kContainerPort},
    {"envFrom", accepted, list, &kEnvFromSource},
    {"env", accepted, list, &kEnvVar},
    {"resources", accepted, object, &kResourceRequirements},
    {"resizePolicy", moot, open},  // `podrun update` changes resources in place, and restarts nobody
    {"restartPolicy", text, kRestartPolicies},
    {"restartPolicyRules", accepted, list, &kRestartRule},
    Field("volumeMounts", accepted, list, &kVolumeMount).unless(kServiceAccountVolume),
    Field("volumeDevices", later)
        .because("no volume here is a block device; a privileged container with hostUsers: true has the machine's"),
    {"livenessProbe", accepted, object, &kProbe},
    {"readinessProbe", accepted, object, &kProbe},
    {"startupProbe", accepted, object, &kProbe},
    {"lifecycle", accepted, object, &kLifecycle},
    {"terminationMessagePath", accepted, text},
    {"terminationMessagePolicy", text, kTerminationMessagePolicies},
    {"imagePullPolicy", text, kPullPolicies},
    {"securityContext", accepted, object, &kSecurityContext},
    {"stdin", accepted, flag},
    {"stdinOnce", accepted, flag},
    {"tty", accepted, flag},
};
constexpr Type kContainer{kContainerFields};

// --- The Pod --------------------------------------------------------------------------------------------------------

constexpr Choice kFSGroupChangePolicies[] = {{"Always"}, {"OnRootMismatch"}};
constexpr Choice kSupplementalGroupsPolicies[] = {{"Merge"}, {"Strict"}};
constexpr Field kSysctlFields[] = {{"name", accepted, text}, {"value", accepted, text}};
constexpr Type kSysctl{kSysctlFields};

constexpr Field kPodSecurityContextFields[] = {
    Field("seLinuxOptions", idle, open).because(kNoSELinux),
    Field("windowsOptions", later).because("a Windows Pod cannot run on Linux"),
    {"runAsUser", accepted, whole},
    {"runAsGroup", accepted, whole},
    {"runAsNonRoot", accepted, flag},
    {"supplementalGroups", accepted, wholes},
    {"supplementalGroupsPolicy", text, kSupplementalGroupsPolicies},
    {"fsGroup", accepted, whole},
    {"sysctls", accepted, list, &kSysctl},
    {"fsGroupChangePolicy", text, kFSGroupChangePolicies},
    {"seccompProfile", accepted, object, &kSeccompProfile},
    {"appArmorProfile", accepted, object, &kAppArmorProfile},
    Field("seLinuxChangePolicy", idle, text).because(kNoSELinux),
};
constexpr Type kPodSecurityContext{kPodSecurityContextFields};

constexpr Field kPodDNSConfigOptionFields[] = {{"name", accepted, text}, {"value", accepted, text}};
constexpr Type kPodDNSConfigOption{kPodDNSConfigOptionFields};

constexpr Field kPodDNSConfigFields[] = {
    {"nameservers", accepted, texts},
    {"searches", accepted, texts},
    {"options", accepted, list, &kPodDNSConfigOption},
};
constexpr Type kPodDNSConfig{kPodDNSConfigFields};

constexpr Field kHostAliasFields[] = {{"ip", accepted, text}, {"hostnames", accepted, texts}};
constexpr Type kHostAlias{kHostAliasFields};

constexpr Choice kOSNames[] = {{"linux"}, {"windows", later, "a Windows Pod cannot run on Linux"}};
constexpr Field kPodOSFields[] = {{"name", text, kOSNames}};
constexpr Type kPodOS{kPodOSFields};

constexpr Choice kDNSPolicies[] = {
    {"Default"},
    {"ClusterFirst"},  // what a Pod has that says nothing, so it says nothing either
    {"ClusterFirstWithHostNet", idle, "there is no cluster DNS: the Pod resolves names as this machine does"},
    {"None"},
};

constexpr Field kPodSpecFields[] = {
    Field("volumes", accepted, list, &kVolume).unless(kServiceAccountVolume),
    {"initContainers", accepted, list, &kContainer},
    {"containers", accepted, list, &kContainer},
    Field("ephemeralContainers", later).because("they are added to a Pod that runs, as in a cluster: podrun debug"),
    {"restartPolicy", text, kRestartPolicies},
    {"terminationGracePeriodSeconds", accepted, whole},
    {"activeDeadlineSeconds", accepted, whole},
    {"dnsPolicy", text, kDNSPolicies},
    {"nodeSelector", idle, text_map},
    Field("serviceAccountName", idle, text).unless("default"),
    Field("serviceAccount", idle, text).unless("default"),
    {"automountServiceAccountToken", idle, flag},
    {"nodeName", moot, text},  // where it ran
    {"hostNetwork", accepted, flag},
    {"hostPID", accepted, flag},
    {"hostIPC", accepted, flag},
    {"shareProcessNamespace", accepted, flag},
    {"securityContext", accepted, object, &kPodSecurityContext},
    {"imagePullSecrets", accepted, list, &kNamed},
    {"hostname", accepted, text},
    {"subdomain", accepted, text},
    {"affinity", idle, object, &kAffinity},
    Field("schedulerName", idle, text).unless("default-scheduler"),
    {"tolerations", moot, list, &kToleration},  // of taints that this machine has not
    {"hostAliases", accepted, list, &kHostAlias},
    {"priorityClassName", idle, text},
    Field("priority", idle, whole).unless("0"),
    {"dnsConfig", accepted, object, &kPodDNSConfig},
    Field("readinessGates", idle, list, &kPodReadinessGate)
        .because("nobody on this machine sets the conditions it names: the Pod is never Ready"),
    Field("runtimeClassName", idle, text).because("podrun is the only runtime here: the Pod is isolated as any other"),
    {"enableServiceLinks", moot, flag},
    {"preemptionPolicy", moot, text},  // nothing is preempted
    {"overhead", idle, open},          // filled in from the RuntimeClass
    {"topologySpreadConstraints", idle, list, &kTopologySpreadConstraint},
    {"setHostnameAsFQDN", accepted, flag},
    {"os", accepted, object, &kPodOS},
    {"hostUsers", accepted, flag},
    {"schedulingGates", idle, list, &kNamed},
    Field("resourceClaims", later).because(kNoDrivers),
    {"resources", accepted, object, &kPodResources},
    {"hostnameOverride", accepted, text},
    {"schedulingGroup", idle, object, &kPodSchedulingGroup},
    {"evictionResponders", idle, list, &kEvictionResponder},
};
constexpr Type kPodSpec{kPodSpecFields};

constexpr Field kObjectMetaFields[] = {
    {"name", accepted, text},
    {"generateName", accepted, text},
    {"namespace", accepted, text},
    {"uid", accepted, text},
    // What a cluster keeps of a Pod, down to managedFields, asks for nothing.
    {"selfLink", moot, text},
    {"resourceVersion", moot, text},
    {"generation", moot, whole},
    {"creationTimestamp", moot, text},
    {"deletionTimestamp", moot, text},
    {"deletionGracePeriodSeconds", moot, whole},
    {"labels", accepted, text_map},
    {"annotations", accepted, text_map},
    {"ownerReferences", moot, open},
    {"finalizers", idle, texts},
    {"managedFields", moot, open},
};

}  // namespace

constexpr Type kObjectMeta{kObjectMetaFields};

namespace {

constexpr Field kPodFields[] = {
    {"kind", accepted, text},
    {"apiVersion", accepted, text},
    {"metadata", accepted, object, &kObjectMeta},
    {"spec", accepted, object, &kPodSpec},
    {"status", moot, open},  // what `get -o yaml` prints may be fed back
};

constexpr Field kPodTemplateSpecFields[] = {{"metadata", accepted, object, &kObjectMeta},
                                            {"spec", accepted, object, &kPodSpec}};

}  // namespace

const Type kPod{kPodFields};
const Type kPodTemplateSpec{kPodTemplateSpecFields};

const Field* Type::find(std::string_view name) const {
  const auto exact = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  if (exact != fields.end()) return &*exact;
  const auto wild = std::find_if(fields.begin(), fields.end(), [given = std::string(name)](const Field& field) {
    return ::fnmatch(std::string(field.name).c_str(), given.c_str(), FNM_NOESCAPE) == 0;
  });
  return wild != fields.end() ? &*wild : nullptr;
}

}  // namespace podrun::manifest
