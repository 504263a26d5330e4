// What annotations asked of security before there were fields for it, and what other runtimes read from theirs:
// honoured, or refused, never passed over. https://kubernetes.io/docs/reference/labels-annotations-taints/
#include <algorithm>
#include <array>

#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kSeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccomp = "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view kMachines = "localhost/";  // and the name of a profile

// Each asks for a limit or a wall; one that ends in '/' goes on with the name of a container.
constexpr std::array<std::string_view, 12> kNotSupported{
    "security.alpha.kubernetes.io/sysctls",
    "security.alpha.kubernetes.io/unsafe-sysctls",
    "io.kubernetes.cri.untrusted-workload",
    "seccomp-profile.kubernetes.cri-o.io",
    "seccomp-profile.kubernetes.cri-o.io/",
    "io.kubernetes.cri-o.userns-mode",
    "io.kubernetes.cri-o.seccompNotifierAction",
    "io.podman.annotations.seccomp",
    "io.podman.annotations.seccomp/",
    "io.podman.annotations.apparmor/",
    "io.podman.annotations.label/",
    "io.podman.annotations.userns",
};

bool is_not_supported(std::string_view name) {
  return std::any_of(kNotSupported.begin(), kNotSupported.end(), [&](std::string_view known) {
    return known.ends_with('/') ? name.starts_with(known) : name == known;
  });
}

class SecurityAnnotations {
 public:
  SecurityAnnotations(const Reader& metadata, const Reader& spec, PodSpec& pod)
      : annotations_(metadata.at("annotations")), spec_(spec), pod_(pod) {}

  void read_of_pod(const std::string& name, const std::string& value) {
    if (name == kSeccompOfPod)
      for (ContainerSpec& each : pod_.containers) seccomp(name, value, each);
  }

  void read_of_containers(const std::string& name, const std::string& value) {
    if (name.starts_with(kAppArmor)) {
      if (ContainerSpec* const named = container(name, kAppArmor)) apparmor(name, value, *named);
    } else if (name.starts_with(kSeccomp)) {
      if (ContainerSpec* const named = container(name, kSeccomp)) seccomp(name, value, *named);
    } else if (is_not_supported(name)) {
      annotations_.bad(name, "is not supported, and asks for what is not to be left out in silence", Kind::unsupported);
    }
  }

 private:
  ContainerSpec* container(const std::string& name, std::string_view prefix) {
    const std::string_view wanted = std::string_view(name).substr(prefix.size());
    for (ContainerSpec& each : pod_.containers)
      if (each.name == wanted) return &each;
    annotations_.bad(name, "the Pod has no container " + quote(wanted));
    return nullptr;
  }

  void apparmor(const std::string& name, const std::string& value, ContainerSpec& of) {
    using Type = AppArmorSpec::Type;
    AppArmorSpec asked;
    if (value.starts_with(kMachines)) {
      asked = {Type::localhost, value.substr(kMachines.size())};
      if (const std::string problem = problem_of_apparmor_profile(asked.profile); !problem.empty())
        annotations_.bad(name, problem);
    } else if (value == "runtime/default") {
      asked.type = Type::runtime_default;
    } else if (value == "unconfined") {
      asked.type = Type::unconfined;
    } else if (!value.empty()) {
      expected(name, value);
    }
    if (has_field(of, "appArmorProfile") || of.security.privileged) return;
    of.security.apparmor = std::move(asked);
  }

  void seccomp(const std::string& name, const std::string& value, ContainerSpec& of) {
    const std::string file = value.starts_with(kMachines) ? value.substr(kMachines.size()) : "";
    if (value.starts_with(kMachines)) {
      if (const std::string problem = problem_of_profile(file); !problem.empty()) annotations_.bad(name, problem);
    } else if (value != "unconfined" && value != "runtime/default" && value != "docker/default") {
      expected(name, value);
    }
    if (has_field(of, "seccompProfile") || of.security.privileged) return;
    of.security.seccomp = value != "unconfined";
    of.security.seccomp_profile = file;
  }

  void expected(const std::string& name, const std::string& value) {
    annotations_.bad(name, "expected runtime/default, unconfined or localhost/PROFILE, found " + quote(value));
  }

  // Where there is a field too, that is what counts.
  bool has_field(const ContainerSpec& of, std::string_view field) const {
    if (spec_.at("securityContext").has(field)) return true;
    auto given = spec_.items("initContainers");
    for (const Reader& main : spec_.items("containers")) given.push_back(main);  // as read_containers() orders them
    const auto index = static_cast<std::size_t>(&of - pod_.containers.data());
    return given[index].at("securityContext").has(field);
  }

  Reader annotations_;
  Reader spec_;
  PodSpec& pod_;
};

}  // namespace

void read_security_annotations(const Reader& metadata, const Reader& spec, PodSpec& pod) {
  SecurityAnnotations annotations(metadata, spec, pod);
  const auto entries = metadata.entries("annotations");
  for (const auto& [name, value] : entries) annotations.read_of_pod(name, value);
  for (const auto& [name, value] : entries) annotations.read_of_containers(name, value);
}

}  // namespace podrun::manifest
