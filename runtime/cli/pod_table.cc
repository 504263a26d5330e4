#include "runtime/cli/pod_table.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kShortId = 12;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text.empty() ? "<none>" : text;
}

std::string ready(const LivePod& pod) {
  const auto running = std::count_if(pod.containers.begin(), pod.containers.end(),
                                     [](const LiveContainer& container) { return container.status.running; });
  return std::to_string(running) + "/" + std::to_string(pod.containers.size());
}

std::vector<std::string> networks(const PodRecord& record) {
  std::vector<std::string> names;
  for (const NetworkRecord& network : record.life.networks) names.push_back(network.network);
  if (record.plan.namespaces.host_network) names.emplace_back("host");
  return names;
}

std::vector<std::string> labels(const PodRecord& record) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : record.plan.who.labels) pairs.push_back(key + "=" + value);
  return pairs;
}

Row heading(TableStyle style) {
  Row row;
  if (style.with_namespace) row.emplace_back("NAMESPACE");
  row.insert(row.end(), {"NAME", "READY", "STATUS", "RESTARTS", "AGE"});
  if (style.wide) row.insert(row.end(), {"IP", "NETWORKS", "POD ID"});
  if (style.with_labels) row.emplace_back("LABELS");
  return row;
}

Row line(const LivePod& pod, TableStyle style, std::int64_t now) {
  const PodRecord& record = pod.record;
  const auto passed = std::chrono::nanoseconds(now - record.life.created_at);
  Row row;
  if (style.with_namespace) row.push_back(record.plan.who.name_space);
  row.insert(row.end(), {record.plan.who.name, ready(pod), status_word(pod), "0",
                         age(std::chrono::duration_cast<std::chrono::seconds>(passed))});
  if (style.wide)
    row.insert(row.end(), {joined(record.life.ips), joined(networks(record)), record.plan.who.id.substr(0, kShortId)});
  if (style.with_labels) row.push_back(joined(labels(record)));
  return row;
}

}  // namespace

std::string status_word(const LivePod& pod) {
  if (pod.record.life.is_terminating()) return "Terminating";
  if (!pod.reason.empty()) return pod.reason;
  if (pod.record.life.state == PodState::creating) return "ContainerCreating";
  // As kubectl does: the first container that ended gives the word, but a Completed one does not hide what still runs.
  const bool some_run = std::any_of(pod.containers.begin(), pod.containers.end(),
                                    [](const LiveContainer& container) { return container.status.running; });
  for (const auto& [record, status] : pod.containers) {
    if (status.running || record.life.process.empty()) continue;
    if (!status.exit) return "ContainerStatusUnknown";
    if (status.exit->code != 0) return status.exit->reason();
    return some_run ? "NotReady" : "Completed";
  }
  return to_text(pod.phase);
}

std::string pod_table(const std::vector<LivePod>& pods, TableStyle style, std::int64_t now) {
  std::vector<Row> rows;
  if (style.headings) rows.push_back(heading(style));
  for (const LivePod& pod : pods) rows.push_back(line(pod, style, now));
  return table(rows);
}

}  // namespace podrun::cli
