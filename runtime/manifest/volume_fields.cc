#include "runtime/manifest/volume_fields.h"

#include <fnmatch.h>

#include <string>

namespace podrun::manifest {
namespace {

using enum Treatment;
using enum Shape;

constexpr Field kVolumeMountFields[] = {
    {"name", accepted, text},      {"readOnly", accepted, flag}, {"recursiveReadOnly", later},
    {"mountPath", accepted, text}, {"subPath", accepted, text},  {"mountPropagation", later},
    {"subPathExpr", later},
};
constexpr Choice kHostPathTypes[] = {{""},       {"DirectoryOrCreate"}, {"Directory"},  {"FileOrCreate"}, {"File"},
                                     {"Socket"}, {"CharDevice"},        {"BlockDevice"}};
constexpr Field kHostPathFields[] = {{"path", accepted, text}, {"type", text, kHostPathTypes}};
constexpr Type kHostPath{kHostPathFields};

constexpr Choice kMediums[] = {{""}, {"Memory", later}, {kAnyOther, later, "no volumes of huge pages here"}};
constexpr Field kEmptyDirFields[] = {{"medium", text, kMediums}, {"sizeLimit", later}};
constexpr Type kEmptyDir{kEmptyDirFields};

constexpr std::string_view kNetworkVolume =
    "no volumes of networks or clouds here: mount it on this machine, and name the directory by hostPath";
constexpr Field network_volume(std::string_view name) { return Field(name, later).because(kNetworkVolume); }

constexpr Field kVolumeFields[] = {
    {"name", accepted, text},
    {"hostPath", accepted, object, &kHostPath},
    {"emptyDir", accepted, object, &kEmptyDir},
    network_volume("gcePersistentDisk"),
    network_volume("awsElasticBlockStore"),
    Field("gitRepo", later).because("gone from Kubernetes: clone it in an init container, into an emptyDir"),
    {"secret", later},
    network_volume("nfs"),
    network_volume("iscsi"),
    network_volume("glusterfs"),
    {"persistentVolumeClaim", later},
    network_volume("rbd"),
    network_volume("flexVolume"),
    network_volume("cinder"),
    network_volume("cephfs"),
    network_volume("flocker"),
    {"downwardAPI", later},
    network_volume("fc"),
    network_volume("azureFile"),
    {"configMap", later},
    network_volume("vsphereVolume"),
    network_volume("quobyte"),
    network_volume("azureDisk"),
    network_volume("photonPersistentDisk"),
    {"projected", later},
    network_volume("portworxVolume"),
    network_volume("scaleIO"),
    network_volume("storageos"),
    network_volume("csi"),
    {"ephemeral", later},
    {"image", later},
};

}  // namespace

const Type kVolume{kVolumeFields};
const Type kVolumeMount{kVolumeMountFields};

bool is_service_account_volume(std::string_view name) {
  return ::fnmatch(std::string(kServiceAccountVolume).c_str(), std::string(name).c_str(), FNM_NOESCAPE) == 0;
}

}  // namespace podrun::manifest
