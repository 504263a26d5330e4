// Volumes as they are asked for: of a Pod (spec.volumes), and where a container has them (volumeMounts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace podrun {

// What a hostPath has to be before it is mounted, in the order of Kubernetes' documentation.
enum class HostPathType : std::uint8_t {
  any,  // no check; a missing one is made a directory, as containerd does
  directory_or_create,
  directory,
  file_or_create,
  file,
  socket,
  char_device,
  block_device,
};

// How mounts that are made later under a volume travel between the host and a container.
enum class Propagation : std::uint8_t {
  none,
  host_to_container,
  bidirectional,
};

struct EmptyDirSpec {
  bool in_memory = false;
  std::optional<std::uint64_t> size_limit;  // bytes
  std::uint32_t mode = 0777;                // of the directory; a group of the pod's volumes has its rights beside it
};

struct HostPathSpec {
  std::string path;
  HostPathType type = HostPathType::any;
};

struct VolumeFile {
  std::string path;  // below the volume: relative, without ".."
  std::string content;
  std::uint32_t mode = 0644;
  std::uint32_t user = 0;  // whose it is, inside the pod
  bool has_holes = false;  // the content may have some (holes.h); else NUL bytes in it are what they are
};

// What configMap, secret, downwardAPI and projected come to.
struct FilesSpec {
  std::vector<VolumeFile> files;              // each path once, and none below another
  std::vector<std::string> directories = {};  // empty ones, beside those that files are in
};

// When an image is had from its registry, where it has one.
enum class PullPolicy : std::uint8_t {
  by_tag,  // as Kubernetes: the tag latest is asked for anew, others only where they are not here
  always,
  if_not_present,
  never,
};

struct ImageSpec {
  std::string reference;  // "rootfs:DIR", "oci:DIR[:TAG]", or a name
  PullPolicy pull_policy = PullPolicy::by_tag;
};

struct ClaimSpec {
  std::string claim;       // its name in the Pod's namespace
  bool read_only = false;  // wherever it is mounted
};

struct VolumeSpec {
  std::string name;
  std::variant<EmptyDirSpec, HostPathSpec, FilesSpec, ClaimSpec, ImageSpec> source;
};

struct VolumeMountSpec {
  std::string volume;    // its name in the Pod
  std::string target;    // absolute, without "." and ".."; never "/"
  std::string sub_path;  // relative, without ".."; empty: all of it
  bool read_only = false;
  bool is_recursive = false;     // read_only counts for what is mounted below it, too
  std::uint64_t attributes = 0;  // MOUNT_ATTR_*, beside those that the volume has anyway (bindMountOptions)
  Propagation propagation = Propagation::none;
};

}  // namespace podrun
