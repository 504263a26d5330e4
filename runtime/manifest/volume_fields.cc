#include "runtime/manifest/volume_fields.h"

#include <fnmatch.h>

#include <string>

#include "runtime/manifest/env_fields.h"

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

constexpr Choice kRecursiveReadOnly[] = {{"Disabled"}, {"IfPossible"}, {"Enabled"}};
constexpr Choice kPropagation[] = {{"None"}, {"HostToContainer"}, {"Bidirectional"}};
constexpr Field kVolumeMountFields[] = {
    {"name", accepted, text},
    {"readOnly", accepted, flag},
    {"recursiveReadOnly", text, kRecursiveReadOnly},
    {"mountPath", accepted, text},
    {"subPath", accepted, text},
    {"mountPropagation", text, kPropagation},
    {"subPathExpr", accepted, text},
    {"bindMountOptions", accepted, texts},
};
constexpr Choice kHostPathTypes[] = {{""},       {"DirectoryOrCreate"}, {"Directory"},  {"FileOrCreate"}, {"File"},
                                     {"Socket"}, {"CharDevice"},        {"BlockDevice"}};
constexpr Field kHostPathFields[] = {{"path", accepted, text}, {"type", text, kHostPathTypes}};
constexpr Type kHostPath{kHostPathFields};

constexpr Choice kMediums[] = {{""}, {"Memory"}, {kAnyOther, later, "no volumes of huge pages here"}};
constexpr Field kEmptyDirFields[] = {
    {"medium", text, kMediums}, {"sizeLimit", accepted, amount}, {"mode", accepted, whole}};
constexpr Type kEmptyDir{kEmptyDirFields};

constexpr Field kKeyToPathFields[] = {
    {"key", accepted, text}, {"path", accepted, text}, {"mode", accepted, whole}, {"user", accepted, whole}};
constexpr Type kKeyToPath{kKeyToPathFields};

constexpr Field kConfigMapVolumeFields[] = {
    {"name", accepted, text},     {"items", accepted, list, &kKeyToPath}, {"defaultMode", accepted, whole},
    {"optional", accepted, flag}, {"defaultUser", accepted, whole},
};
constexpr Type kConfigMapVolume{kConfigMapVolumeFields};

constexpr Field kSecretVolumeFields[] = {
    {"secretName", accepted, text}, {"items", accepted, list, &kKeyToPath}, {"defaultMode", accepted, whole},
    {"optional", accepted, flag},   {"defaultUser", accepted, whole},
};
constexpr Type kSecretVolume{kSecretVolumeFields};

constexpr std::string_view kNoToken = "there is no cluster whose API a token would open: the volume has no such file";
constexpr Field kProjectionFields[] = {  // ConfigMapProjection, SecretProjection
    {"name", accepted, text},
    {"items", accepted, list, &kKeyToPath},
    {"optional", accepted, flag}};
constexpr Type kProjection{kProjectionFields};

constexpr Field kDownwardAPIVolumeFileFields[] = {
    {"path", accepted, text},
    {"fieldRef", accepted, object, &kObjectFieldSelector},
    {"resourceFieldRef", accepted, object, &kResourceFieldSelector},
    {"mode", accepted, whole},
    {"user", accepted, whole},
};
constexpr Type kDownwardAPIVolumeFile{kDownwardAPIVolumeFileFields};

constexpr Field kDownwardAPIFields[] = {{"items", accepted, list, &kDownwardAPIVolumeFile},
                                        {"defaultMode", accepted, whole},
                                        {"defaultUser", accepted, whole}};
constexpr Type kDownwardAPI{kDownwardAPIFields};

constexpr Field kDownwardAPIProjectionFields[] = {{"items", accepted, list, &kDownwardAPIVolumeFile}};
constexpr Type kDownwardAPIProjection{kDownwardAPIProjectionFields};

constexpr Field kVolumeProjectionFields[] = {
    {"secret", accepted, object, &kProjection},
    {"downwardAPI", accepted, object, &kDownwardAPIProjection},
    {"configMap", accepted, object, &kProjection},
    Field("serviceAccountToken", idle, open).because(kNoToken),
    Field("clusterTrustBundle", later).because("there is no cluster to trust"),
    Field("podCertificate", later).because("there is no cluster to issue certificates"),
};
constexpr Type kVolumeProjection{kVolumeProjectionFields};

constexpr Field kProjectedFields[] = {{"sources", accepted, list, &kVolumeProjection},
                                      {"defaultMode", accepted, whole},
                                      {"defaultUser", accepted, whole}};
constexpr Type kProjected{kProjectedFields};

constexpr Field kClaimFields[] = {{"claimName", accepted, text}, {"readOnly", accepted, flag}};
constexpr Type kClaim{kClaimFields};

constexpr Field kEphemeralFields[] = {{"volumeClaimTemplate", moot, open}};
constexpr Type kEphemeral{kEphemeralFields};

constexpr std::string_view kNetworkVolume =
    "no volumes of networks or clouds here: mount it on this machine, and name the directory by hostPath";
constexpr Field network_volume(std::string_view name) { return Field(name, later).because(kNetworkVolume); }

constexpr Field kImageFields[] = {{"reference", accepted, text}, {"pullPolicy", text, kPullPolicies}};
constexpr Type kImage{kImageFields};

constexpr Field kVolumeFields[] = {
    {"name", accepted, text},
    {"hostPath", accepted, object, &kHostPath},
    {"emptyDir", accepted, object, &kEmptyDir},
    network_volume("gcePersistentDisk"),
    network_volume("awsElasticBlockStore"),
    Field("gitRepo", later).because("gone from Kubernetes: clone it in an init container, into an emptyDir"),
    {"secret", accepted, object, &kSecretVolume},
    network_volume("nfs"),
    network_volume("iscsi"),
    network_volume("glusterfs"),
    {"persistentVolumeClaim", accepted, object, &kClaim},
    network_volume("rbd"),
    network_volume("flexVolume"),
    network_volume("cinder"),
    network_volume("cephfs"),
    network_volume("flocker"),
    {"downwardAPI", accepted, object, &kDownwardAPI},
    network_volume("fc"),
    network_volume("azureFile"),
    {"configMap", accepted, object, &kConfigMapVolume},
    network_volume("vsphereVolume"),
    network_volume("quobyte"),
    network_volume("azureDisk"),
    network_volume("photonPersistentDisk"),
    {"projected", accepted, object, &kProjected},
    network_volume("portworxVolume"),
    network_volume("scaleIO"),
    network_volume("storageos"),
    network_volume("csi"),
    {"ephemeral", accepted, object, &kEphemeral},
    {"image", accepted, object, &kImage},
};

}  // namespace

const Type kVolume{kVolumeFields};
const Type kVolumeMount{kVolumeMountFields};

bool is_service_account_volume(std::string_view name) {
  return ::fnmatch(std::string(kServiceAccountVolume).c_str(), std::string(name).c_str(), FNM_NOESCAPE) == 0;
}

}  // namespace podrun::manifest
