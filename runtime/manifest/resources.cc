#include "runtime/manifest/parts.h"
#include "runtime/manifest/quantity.h"

namespace podrun::manifest {
namespace {

constexpr std::uint64_t kMostPids = 4'194'304;  // PID_MAX_LIMIT; the kernel refuses more in pids.max

template <class Parse>
std::optional<std::uint64_t> read_amount(const Reader& list, std::string_view field, Parse parse) {
  const std::optional<std::string> text = list.amount(field);
  if (!text) return std::nullopt;
  const auto value = parse(*text);
  if (value) return *value;
  list.bad(field, value.error().what);
  return std::nullopt;
}

// For the kubelet a limit of 0 is none.
std::optional<std::uint64_t> unless_zero(std::optional<std::uint64_t> value) {
  return value == 0U ? std::nullopt : value;
}

std::optional<std::uint64_t> read_pids(const Reader& limits, std::string_view field) {
  return read_amount(limits, field, [](std::string_view text) { return parse_count(text, kMostPids); });
}

struct AskedAmounts {
  ResourceSpec spec;
  bool asks_for_memory = false;  // by a request of its own, not by its limit
  bool asks_for_cpu = false;
};

AskedAmounts read_amounts(const Reader& resources) {
  const Reader limits = resources.at("limits");
  const Reader requests = resources.at("requests");
  AskedAmounts read;
  ResourceSpec& spec = read.spec;
  spec.memory_limit = unless_zero(read_amount(limits, "memory", parse_bytes));
  spec.cpu_limit = unless_zero(read_amount(limits, "cpu", parse_processors));
  spec.cpu_request = read_amount(requests, "cpu", parse_processors);
  spec.memory_request = read_amount(requests, "memory", parse_bytes);
  if (spec.memory_limit && spec.memory_request > spec.memory_limit) requests.bad("memory", "is more than the limit");
  if (spec.cpu_limit && spec.cpu_request > spec.cpu_limit) requests.bad("cpu", "is more than the limit");
  read.asks_for_memory = spec.memory_request.has_value();
  read.asks_for_cpu = spec.cpu_request.has_value();
  if (!spec.memory_request) spec.memory_request = spec.memory_limit;  // Kubernetes defaults, both
  if (!spec.cpu_request) spec.cpu_request = spec.cpu_limit;
  spec.memory_request = unless_zero(spec.memory_request);
  spec.cpu_request = unless_zero(spec.cpu_request);
  return read;
}

using Amount = std::optional<std::uint64_t> ResourceSpec::*;

// What Kubernetes checks of one resource: the containers ask for no more together than the Pod does, and none may have
// more than it. A Pod that has limits, and says nothing of a request, asks for what its containers do.
void fit_containers(const Reader& spec, const char* resource, Amount request, Amount limit, bool asks, PodSpec& pod) {
  const Reader requests = spec.at("resources").at("requests");
  const std::uint64_t together = containers_request(pod.containers, request);
  std::optional<std::uint64_t>& asked = (*pod.resources).*request;
  const std::optional<std::uint64_t>& most = (*pod.resources).*limit;
  if (!asks && together != 0) asked = together;
  if (asks && together > asked.value_or(0)) requests.bad(resource, "is less than its containers request together");
  if (!asks && most && together > *most)
    spec.at("resources").at("limits").bad(resource, "is less than its containers request together");
  for (const char* list : {"initContainers", "containers"})
    for (const Reader& container : spec.items(list)) {
      const std::string name = container.text("name");
      for (const ContainerSpec& one : pod.containers)
        if (one.name == name && most && one.resources.*limit > most)
          container.at("resources").at("limits").bad(resource, "is more than the Pod's own limit");
    }
}

}  // namespace

ResourceSpec read_resources(const Reader& resources) {
  ResourceSpec spec = read_amounts(resources).spec;
  spec.disk_limit = unless_zero(read_amount(resources.at("limits"), "ephemeral-storage", parse_bytes));
  spec.pids_limit = read_pids(resources.at("limits"), "podrun.io/pids");
  return spec;
}

void read_pod_resources(const Reader& spec, PodSpec& pod) {
  const Reader resources = spec.at("resources");
  pod.pids_limit = read_pids(resources.at("limits"), "pids");
  const auto says = [&](const char* list) { return resources.at(list).has("cpu") || resources.at(list).has("memory"); };
  if (!says("limits") && !says("requests")) return;
  const AskedAmounts read = read_amounts(resources);
  pod.resources = read.spec;
  fit_containers(spec, "memory", &ResourceSpec::memory_request, &ResourceSpec::memory_limit, read.asks_for_memory, pod);
  fit_containers(spec, "cpu", &ResourceSpec::cpu_request, &ResourceSpec::cpu_limit, read.asks_for_cpu, pod);
}

}  // namespace podrun::manifest
