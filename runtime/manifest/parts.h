// The parts of a Pod, each from its object (checked by check_fields) into the spec. manifest.cc calls them in order.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/environment.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/reader.h"
#include "runtime/model/spec.h"

namespace podrun::manifest {

// What any object is called, and where. Without a name: generateName and a suffix.
struct ObjectName {
  std::string name;
  std::string name_space;
};
ObjectName read_object_name(const Reader& metadata, const ManifestOptions& options);

void read_metadata(const Reader& metadata, const ManifestOptions& options, PodSpec& pod);
void read_namespaces(const Reader& spec, PodSpec& pod);  // hostNetwork …, hostUsers, shareProcessNamespace
void read_names(const Reader& spec, PodSpec& pod);       // hostname and its like, dnsConfig, hostAliases
// securityContext.sysctls. Needs read_namespaces done.
void read_sysctls(const Reader& security, PodSpec& pod);
// Needs read_metadata and read_namespaces done.
void read_volumes(const Reader& spec, const Companions& beside, PodSpec& pod);
void read_containers(const Reader& spec, const Companions& beside, PodSpec& pod);  // needs the above done
// What annotations ask of security, as they did before there were fields for it. Needs read_containers done.
void read_security_annotations(const Reader& metadata, const Reader& spec, PodSpec& pod);

// Where privileged is less than what it says.
void warn_of_privileges(const PodSpec& pod, std::vector<std::string>& warnings);

// activeDeadlineSeconds of a Pod's spec, or a Job's.
inline constexpr std::uint64_t kLongestActive = 2'147'483'647;
std::optional<std::uint32_t> read_active_deadline(const Reader& parent);
RestartPolicy restart_policy(std::string_view word);  // Always where it says nothing

// The parts of a container.
std::vector<PortSpec> read_ports(const Reader& container, bool host_network);
// `env` is the container's.
std::vector<VolumeMountSpec> read_volume_mounts(const Reader& container, const PodSpec& pod,
                                                const std::vector<std::pair<std::string, std::string>>& env);
ContainerRole read_role(const Reader& container, bool is_init);
ResourceSpec read_resources(const Reader& resources);
// The Pod's own. Needs read_containers done.
void read_pod_resources(const Reader& spec, PodSpec& pod);
// The id of a user or a group, of those that the Pod has.
std::optional<std::uint32_t> read_id(std::string_view field, const Reader& reader, bool host_users);
void read_fs_group(const Reader& pod_context, PodSpec& pod);  // needs read_namespaces done
// What is wrong with the name of a seccomp profile's file, as Kubernetes checks it; empty: nothing.
std::string problem_of_profile(std::string_view name);
SecuritySpec read_security(const Reader& context, const Reader& pod_context, bool host_users);

// env, envFrom, command and args with $(NAME) expanded. `room` is what all containers of the pod may still expand to,
// in bytes.
void read_process(const Reader& container, const Referred& referred, std::size_t& room, ContainerSpec& spec);

OwnRestart read_restart(const Reader& container);
TerminationMessage read_termination_message(const Reader& container);

// Probes and hooks. Needs read_ports done.
void read_probes(const Reader& container, ContainerSpec& spec);

// What is wrong with a reference (image/image.h); empty when good. Whether there is such an image is for the image
// store to say.
std::string why_bad_image(std::string_view text);
// `reference` and `policy`: its fields of that.
ImageSpec read_image(const Reader& given, std::string_view reference, std::string_view policy);
// Of imagePullSecrets. Needs read_metadata done.
void read_pull_secrets(const Reader& spec, const Companions& companions, PodSpec& pod,
                       std::vector<std::string>& warnings);

}  // namespace podrun::manifest
