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

}  // namespace

ResourceSpec read_resources(const Reader& resources) {
  const Reader limits = resources.at("limits");
  const Reader requests = resources.at("requests");
  ResourceSpec spec;
  spec.memory_limit = unless_zero(read_amount(limits, "memory", parse_bytes));
  spec.cpu_limit = unless_zero(read_amount(limits, "cpu", parse_processors));
  spec.cpu_request = read_amount(requests, "cpu", parse_processors);
  spec.pids_limit =
      read_amount(limits, "podrun.io/pids", [](std::string_view text) { return parse_count(text, kMostPids); });

  spec.memory_request = read_amount(requests, "memory", parse_bytes);
  if (spec.memory_limit && spec.memory_request > spec.memory_limit) requests.bad("memory", "is more than the limit");
  if (spec.cpu_limit && spec.cpu_request > spec.cpu_limit) requests.bad("cpu", "is more than the limit");
  if (!spec.memory_request) spec.memory_request = spec.memory_limit;  // Kubernetes defaults, both
  if (!spec.cpu_request) spec.cpu_request = spec.cpu_limit;
  spec.memory_request = unless_zero(spec.memory_request);
  spec.cpu_request = unless_zero(spec.cpu_request);
  return spec;
}

}  // namespace podrun::manifest
