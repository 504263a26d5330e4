#include "runtime/plan/late_values.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/joined.h"
#include "runtime/model/file_key.h"

namespace podrun {
namespace {

template <class Value>
void fill_all(Process& process, Value value) {
  for (std::string& word : process.args) word = holes::fill(word, value);
  for (auto& variable : process.env) variable.second = holes::fill(variable.second, value);
}

// "machine.cpu/DIVISOR", rounded up.
std::optional<std::string> divided(std::string_view hole, std::string_view name, std::uint64_t amount) {
  if (!hole.starts_with(name)) return std::nullopt;
  hole.remove_prefix(name.size());
  std::uint64_t divisor = 0;
  const auto [end, error] = std::from_chars(hole.data(), hole.data() + hole.size(), divisor);
  if (error != std::errc{} || end != hole.data() + hole.size() || divisor == 0) return std::nullopt;
  return std::to_string(amount / divisor + (amount % divisor != 0 ? 1 : 0));
}

std::optional<std::string> decided(std::string_view hole, const Identity& pod, const MachineFacts& machine) {
  if (hole == "metadata.uid") return pod.uid;
  if (hole == "spec.nodeName") return machine.hostname;
  if (auto processors = divided(hole, "machine.cpu/", machine.processors * 1000)) return processors;
  return divided(hole, "machine.memory/", machine.memory_bytes);
}

std::string first(const std::vector<std::string>& addresses) {
  return addresses.empty() ? std::string() : addresses.front();
}

}  // namespace

void fill_what_is_decided(Process& process, const Identity& pod, const MachineFacts& machine) {
  fill_all(process, [&](std::string_view hole) { return decided(hole, pod, machine); });
}

std::string with_what_is_decided(std::string_view text, const Identity& pod, const MachineFacts& machine) {
  return holes::fill(text, [&](std::string_view hole) { return decided(hole, pod, machine); });
}

bool waits_for_addresses(const Process& process) {
  const auto has_hole = [](const std::string& text) { return text.find(holes::kEdge) != std::string::npos; };
  return std::any_of(process.args.begin(), process.args.end(), has_hole) ||
         std::any_of(process.env.begin(), process.env.end(),
                     [&](const auto& variable) { return has_hole(variable.second); });
}

Process with_addresses(Process process, const PodPlan& pod, const PodLife& life) {
  fill_all(process, [&](std::string_view hole) -> std::optional<std::string> {
    if (hole == "status.podIP") return first(addresses_of(pod, life));
    if (hole == "status.podIPs") return base::joined(addresses_of(pod, life), ",");
    if (hole == "status.hostIP") return first(life.host_ips);
    if (hole == "status.hostIPs") return base::joined(life.host_ips, ",");
    return std::nullopt;
  });
  return process;
}

Process with_file_values(Process process, const std::map<std::string, std::string>& values) {
  const auto is_missing = [&](const std::string& text) {
    const std::string_view name(text);
    return name.size() > 2 && name.front() == holes::kEdge && name.find(holes::kEdge, 1) == name.size() - 1 &&
           holes::file_key(name.substr(1, name.size() - 2)) && values.count(text.substr(1, text.size() - 2)) == 0;
  };
  std::erase_if(process.env, [&](const auto& variable) { return is_missing(variable.second); });
  fill_all(process, [&](std::string_view hole) -> std::optional<std::string> {
    if (!holes::file_key(hole)) return std::nullopt;
    const auto value = values.find(std::string(hole));
    return value != values.end() ? value->second : std::string();
  });
  return process;
}

const std::vector<std::string>& addresses_of(const PodPlan& pod, const PodLife& life) {
  return pod.namespaces.host_network ? life.host_ips : life.ips;
}

}  // namespace podrun
