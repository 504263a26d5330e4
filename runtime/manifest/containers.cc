#include <algorithm>
#include <set>

#include "runtime/kernel/signals.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/ports.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMaxExpandedBytes = std::size_t{4} << 20U;

void read_streams(const Reader& given, ContainerSpec& spec) {
  spec.has_stdin = given.flag("stdin");
  spec.stdin_once = given.flag("stdinOnce");
  spec.terminal = given.flag("tty");
}

std::optional<int> read_stop_signal(const Reader& lifecycle) {
  if (!lifecycle.has("stopSignal")) return std::nullopt;
  const std::string text = lifecycle.text("stopSignal");
  if (const auto signal = parse_signal(text)) return *signal;
  lifecycle.bad("stopSignal", quote(text) + " is no signal, such as SIGTERM or SIGRTMIN+3");
  return std::nullopt;
}

ContainerSpec read_container(const Reader& given, const Referred& referred, std::size_t& room) {
  const PodSpec& pod = referred.pod;
  ContainerSpec spec;
  spec.name = given.text("name");
  if (!given.has("name"))
    given.bad("name", "is missing");
  else if (const std::string why = why_bad_label(spec.name); !why.empty())
    given.bad("name", quote(spec.name) + " " + why);

  ImageSpec image = read_image(given, "image", "imagePullPolicy");
  spec.image = std::move(image.reference);
  spec.pull_policy = image.pull_policy;
  spec.working_dir = given.text("workingDir");
  if (!spec.working_dir.empty() && !spec.working_dir.starts_with('/'))
    given.bad("workingDir", quote(spec.working_dir) + " does not begin with '/'");

  read_process(given, referred, room, spec);
  read_streams(given, spec);
  spec.stop_signal = read_stop_signal(given.at("lifecycle"));
  spec.ports = read_ports(given, pod.host_network);
  spec.volume_mounts = read_volume_mounts(given, pod, spec.env);
  spec.restart = read_restart(given);
  spec.termination_message = read_termination_message(given);
  read_probes(given, spec);
  spec.resources = read_resources(given.at("resources"));
  spec.security = read_security(given.at("securityContext"), referred.pod_spec.at("securityContext"), pod.host_users);
  return spec;
}

void claim_host_ports(const Reader& given, const ContainerSpec& container, std::vector<PortSpec>& claimed) {
  const std::vector<Reader> ports = given.items("ports");
  for (std::size_t i = 0; i < container.ports.size(); ++i) {
    const PortSpec& port = container.ports[i];
    const auto collides = [&](const PortSpec& other) { return collide(port, other); };
    if (is_published(container, port) && std::any_of(claimed.begin(), claimed.end(), collides))
      ports[i].bad("hostPort", std::to_string(port.host_port) + "/" + port.protocol + " is taken by an earlier port");
    else if (is_published(container, port))
      claimed.push_back(port);
  }
}

}  // namespace

ContainerRole read_role(const Reader& given, bool is_init) {
  if (is_init && given.text("restartPolicy") == "Always") return ContainerRole::sidecar;
  const auto is_not_for_init = [&](const Reader& part, const char* field) {
    if (is_init && part.has(field))
      part.bad(field, "is not for an init container, unless restartPolicy: Always makes it a sidecar");
  };
  for (const char* const field : {"startupProbe", "livenessProbe", "readinessProbe"}) is_not_for_init(given, field);
  for (const char* const field : {"postStart", "preStop", "stopSignal"}) is_not_for_init(given.at("lifecycle"), field);
  return is_init ? ContainerRole::init : ContainerRole::main;
}

void read_containers(const Reader& spec, const Companions& beside, PodSpec& pod) {
  const Referred referred{pod, spec, beside};
  std::size_t room = kMaxExpandedBytes;
  std::set<std::string> names;
  std::vector<PortSpec> host_ports;
  for (const char* list : {"initContainers", "containers"})
    for (const Reader& given : spec.items(list)) {
      ContainerSpec container = read_container(given, referred, room);
      container.role = read_role(given, list == std::string_view("initContainers"));
      if (given.has("name") && !names.insert(container.name).second)
        given.bad("name", quote(container.name) + " is the name of an earlier container");
      claim_host_ports(given, container, host_ports);
      pod.containers.push_back(std::move(container));
    }
  if (spec.items("containers").empty()) spec.bad("containers", "needs at least one container");
}

}  // namespace podrun::manifest
