#include "runtime/manifest/downward.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/manifest/quantity.h"
#include "runtime/manifest/text.h"
#include "runtime/model/holes.h"

namespace podrun::manifest {
namespace {

// "metadata.labels['KEY']" → KEY
std::optional<std::string> key_of(std::string_view path, std::string_view map) {
  if (!path.starts_with(map)) return std::nullopt;
  path.remove_prefix(map.size());
  if (path.size() < 5 || !path.starts_with("['") || !path.ends_with("']")) return std::nullopt;
  return std::string(path.substr(2, path.size() - 4));
}

// Absent is empty, as in Kubernetes.
std::string value_of(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found != map.end() ? found->second : std::string();
}

// key="value", with what would break the line escaped.
std::string lines_of(const std::map<std::string, std::string>& map) {
  std::string lines;
  for (const auto& [key, value] : map) lines.append(lines.empty() ? "" : "\n").append(key + "=" + Json(value).dump());
  return lines;
}

std::string account_of(const Reader& pod_spec) {
  for (const char* field : {"serviceAccountName", "serviceAccount"})
    if (std::string name = pod_spec.text(field); !name.empty()) return name;
  return "default";
}

// Resources are counted in thousandths of a processor, or in bytes.
bool is_cpu(std::string_view resource) { return resource == "cpu"; }

std::optional<std::uint64_t> parse_amount(std::string_view resource, const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto value = is_cpu(resource) ? parse_processors(*text) : parse_bytes(*text);
  return value ? std::optional(*value) : std::nullopt;  // what is wrong with it is told where it stands
}

std::optional<Reader> find_container(const Reader& pod_spec, const std::string& name) {
  for (const char* list : {"containers", "initContainers"})
    for (const Reader& container : pod_spec.items(list))
      if (container.text("name") == name) return container;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_field_ref(const Reader& field_ref, const Reader& pod_spec, const PodSpec& pod) {
  constexpr std::array kLater = {"spec.nodeName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"};
  const std::string path = field_ref.text("fieldPath");
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.name_space;
  if (path == "metadata.uid") return pod.uid.empty() ? holes::make(path) : pod.uid;
  if (path == "spec.serviceAccountName") return account_of(pod_spec);
  if (const auto key = key_of(path, "metadata.labels")) return value_of(pod.labels, *key);
  if (const auto key = key_of(path, "metadata.annotations")) return value_of(pod.annotations, *key);
  if (std::find(kLater.begin(), kLater.end(), path) != kLater.end()) return holes::make(path);
  field_ref.bad("fieldPath",
                path.empty()
                    ? "is missing"
                    : quote(path) +
                          " cannot be referred to; that can be metadata.name, .namespace, .uid, .labels['KEY'] "
                          "and .annotations['KEY'], spec.nodeName and .serviceAccountName, status.hostIP, "
                          ".hostIPs, .podIP and .podIPs");
  return std::nullopt;
}

std::optional<std::string> read_file_field_ref(const Reader& field_ref, const Reader& pod_spec, const PodSpec& pod) {
  const std::string path = field_ref.text("fieldPath");
  if (path == "metadata.labels") return lines_of(pod.labels);
  if (path == "metadata.annotations") return lines_of(pod.annotations);
  if (path.empty() || path.starts_with("metadata.")) return read_field_ref(field_ref, pod_spec, pod);
  field_ref.bad("fieldPath", quote(path) +
                                 " cannot be a file; that can be metadata.name, .namespace, .uid, .labels and "
                                 ".annotations, of both also ['KEY']");
  return std::nullopt;
}

std::optional<std::string> read_resource_ref(const Reader& ref, const Reader& pod_spec, std::string container) {
  if (const std::string other = ref.text("containerName"); !other.empty()) container = other;
  const auto owner = find_container(pod_spec, container);
  if (!owner) {
    ref.bad("containerName", quote(container) + " is no container of the Pod");
    return std::nullopt;
  }
  const std::string name = ref.text("resource");
  const std::size_t dot = name.find('.');
  const std::string list = name.substr(0, dot);
  const std::string resource = dot == std::string::npos ? "" : name.substr(dot + 1);
  const bool known = resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" ||
                     resource.starts_with("hugepages-");
  if ((list != "limits" && list != "requests") || !known) {
    ref.bad("resource", name.empty() ? "is missing"
                                     : quote(name) +
                                           " cannot be referred to; that can be limits.cpu, limits.memory, "
                                           "requests.cpu, requests.memory, and ephemeral-storage and hugepages-* "
                                           "of both");
    return std::nullopt;
  }
  const std::optional<std::string> given = ref.amount("divisor");
  std::uint64_t divisor = parse_amount(resource, given).value_or(0);
  if (given && divisor == 0 && *given != "0") {
    ref.bad("divisor", quote(*given) + " is no quantity to divide " + resource + " by");
    return std::nullopt;
  }
  if (divisor == 0) divisor = is_cpu(resource) ? 1000 : 1;

  const Reader resources = owner->at("resources");
  auto value = parse_amount(resource, resources.at("limits").amount(resource));
  if (list == "requests")
    value = parse_amount(resource, resources.at("requests").amount(resource)).value_or(value.value_or(0));
  if (value.value_or(0) == 0 && list == "limits")
    value = parse_amount(resource, pod_spec.at("resources").at("limits").amount(resource));
  // Without a limit all of the machine is there to be had.
  if (value.value_or(0) == 0 && list == "limits" && (is_cpu(resource) || resource == "memory"))
    return holes::make("machine." + resource + "/" + std::to_string(divisor));
  return std::to_string(value.value_or(0) / divisor + (value.value_or(0) % divisor != 0 ? 1 : 0));
}

}  // namespace podrun::manifest
