#include "runtime/cli/usage_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

Json cpu_json(const CpuUsage& cpu, std::optional<double> cores) {
  Json json = {{"usageCoreNanoSeconds", cpu.usage},         {"userCoreNanoSeconds", cpu.user},
               {"systemCoreNanoSeconds", cpu.system},       {"periods", cpu.periods},
               {"throttledPeriods", cpu.throttled_periods}, {"throttledNanoSeconds", cpu.throttled}};
  if (cores) json["usageNanoCores"] = static_cast<std::uint64_t>(std::llround(*cores * 1e9));
  return json;
}

Json memory_json(const MemoryUsage& memory) {
  Json json = {{"usageBytes", memory.usage},
               {"workingSetBytes", memory.working_set},
               {"rssBytes", memory.rss},
               {"pageFaults", memory.page_faults},
               {"majorPageFaults", memory.major_page_faults},
               {"oomKills", memory.oom_kills}};
  if (memory.limit) {
    json["limitBytes"] = *memory.limit;
    json["availableBytes"] = *memory.limit > memory.working_set ? *memory.limit - memory.working_set : 0;
  }
  return json;
}

void add_usage(Json& json, const CgroupUsage& usage, std::optional<double> cores) {
  if (usage.cpu) json["cpu"] = cpu_json(*usage.cpu, cores);
  if (usage.memory) json["memory"] = memory_json(*usage.memory);
  if (!usage.pids) return;
  json["pids"] = {{"current", usage.pids->current}};
  if (usage.pids->limit) json["pids"]["limit"] = *usage.pids->limit;
}

void add_traffic(Json& json, const std::string& way, const Traffic& traffic) {
  json[way + "Bytes"] = traffic.bytes;
  json[way + "Packets"] = traffic.packets;
  json[way + "Errors"] = traffic.errors;
  json[way + "Dropped"] = traffic.drops;
}

Json pod_json(const PodSample& pod) {
  Json json = {{"podRef", {{"name", pod.who.name}, {"namespace", pod.who.name_space}, {"uid", pod.who.uid}}},
               {"time", rfc3339_nanoseconds(pod.taken_at)}};
  add_usage(json, pod.usage.cgroup, pod.cores);
  for (const InterfaceUsage& interface : pod.usage.network) {
    Json one = {{"name", interface.name}};
    add_traffic(one, "rx", interface.received);
    add_traffic(one, "tx", interface.sent);
    json["network"]["interfaces"].push_back(std::move(one));
  }
  json["containers"] = Json::array();
  for (const ContainerSample& container : pod.containers) {
    Json one = {{"name", container.usage.name}};
    add_usage(one, container.usage.cgroup, container.cores);
    json["containers"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

Json usage_json(const std::vector<PodSample>& pods) {
  Json json = {{"pods", Json::array()}};
  for (const PodSample& pod : pods) json["pods"].push_back(pod_json(pod));
  return json;
}

}  // namespace podrun::cli
