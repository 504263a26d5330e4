#include "runtime/cli/pod_table.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include "base/joined.h"
#include "runtime/cli/container_state.h"
#include "runtime/cli/time_text.h"
#include "runtime/plan/late_values.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kShortPodId = 12;

std::chrono::seconds seconds_between(std::int64_t then, std::int64_t now) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(now - then));
}

// Sidecars count, other init containers do not.
std::string ready(const LivePod& pod) {
  std::size_t all = 0;
  std::size_t running = 0;
  for (const LiveContainer& container : pod.containers) {
    if (container.record.plan.role == ContainerRole::init || is_ephemeral(container)) continue;
    ++all;
    if (is_ready(container)) ++running;
  }
  return std::to_string(running) + "/" + std::to_string(all);
}

// kubectl counts those that are of interest: of all init containers while they go on, then of those that stay.
std::string restarts(const LivePod& pod, std::int64_t now) {
  const bool initialized = is_initialized(pod);
  std::uint64_t count = 0;
  std::int64_t last = 0;
  for (const LiveContainer& container : pod.containers) {
    if (initialized ? container.record.plan.role == ContainerRole::init : !is_init(container)) continue;
    count += container.record.plan.attempt;
    const EndedAttempt ended = last_ended(pod, container);
    if (ended.record != nullptr && ended.status->exit) last = std::max(last, ended.status->exit->finished_at);
  }
  if (count == 0 || last == 0) return std::to_string(count);
  return std::to_string(count) + " (" + age(seconds_between(last, now)) + " ago)";
}

std::vector<std::string> network_names(const PodRecord& record) {
  std::vector<std::string> names;
  for (const NetworkRecord& network : record.life.networks) names.push_back(network.network);
  if (record.plan.namespaces.host_network) names.emplace_back("host");
  return names;
}

std::vector<std::string> label_pairs(const PodRecord& record) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : record.plan.who.labels) pairs.push_back(key + "=" + value);
  return pairs;
}

// As kubectl: of "app.kubernetes.io/name" its NAME.
std::string column_of(const std::string& label) {
  std::string name = label.substr(label.rfind('/') + 1);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

Row heading(const TableStyle& style) {
  Row row;
  if (style.with_namespace) row.emplace_back("NAMESPACE");
  row.insert(row.end(), {"NAME", "READY", "STATUS", "RESTARTS", "AGE"});
  if (style.wide) row.insert(row.end(), {"IP", "NETWORKS", "POD ID"});
  for (const std::string& label : style.label_columns) row.push_back(column_of(label));
  if (style.with_labels) row.emplace_back("LABELS");
  return row;
}

Row pod_row(const LivePod& pod, const TableStyle& style, std::int64_t now) {
  const PodRecord& record = pod.record;
  Row row;
  if (style.with_namespace) row.push_back(record.plan.who.name_space);
  row.insert(row.end(), {record.plan.who.name, ready(pod), status_word(pod), restarts(pod, now),
                         age(seconds_between(record.life.created_at, now))});
  if (style.wide)
    row.insert(row.end(),
               {or_none(base::joined(addresses_of(record.plan, record.life), ",")),
                or_none(base::joined(network_names(record), ",")), record.plan.who.id.substr(0, kShortPodId)});
  for (const std::string& label : style.label_columns) {
    const auto found = record.plan.who.labels.find(label);
    row.push_back(found == record.plan.who.labels.end() ? "" : found->second);
  }
  if (style.with_labels) row.push_back(or_none(base::joined(label_pairs(record), ",")));
  return row;
}

// "Init:0/2", "Init:Error": of the first init container that the pod is not past; empty when it is past all.
std::string word_of_init(const LivePod& pod) {
  const auto all = std::count_if(pod.containers.begin(), pod.containers.end(), is_init);
  std::size_t done = 0;
  for (const LiveContainer& container : pod.containers) {
    if (!is_init(container)) continue;
    const bool is_sidecar = container.record.plan.role == ContainerRole::sidecar;
    const bool succeeded = container.has_ended() && !container.has_failed();
    const ContainerState state = state_of(pod, container);
    if ((succeeded && state.what == ContainerState::What::terminated) ||
        (is_sidecar && container.status.running && (container.has_started() || is_initialized(pod)))) {
      ++done;
      continue;
    }
    if (state.what == ContainerState::What::terminated || state.reason == "CrashLoopBackOff")
      return "Init:" + state.reason;
    return "Init:" + std::to_string(done) + "/" + std::to_string(all);
  }
  return "";
}

// The first main container that does not run gives the word, but a Completed one does not hide what still runs.
std::string word_of_containers(const LivePod& pod) {
  bool some_run = false;
  std::string word;
  for (const LiveContainer& container : pod.containers) {
    if (is_init(container) || is_ephemeral(container)) continue;
    const ContainerState state = state_of(pod, container);
    some_run = some_run || state.what == ContainerState::What::running;
    if (word.empty()) word = state.reason;
  }
  return word == "Completed" && some_run ? "NotReady" : word;
}

}  // namespace

std::string status_word(const LivePod& pod) {
  if (pod.record.life.is_terminating()) return "Terminating";
  if (!pod.reason.empty()) return pod.reason;
  std::string word = word_of_init(pod);
  if (word.empty() && pod.record.life.state == PodState::creating) return "ContainerCreating";
  // A sidecar that is down says so unless a main container has something to say.
  if (word.empty() || is_initialized(pod))
    if (std::string of_main = word_of_containers(pod); !of_main.empty()) word = std::move(of_main);
  return word.empty() ? to_text(pod.phase) : word;
}

std::string PodTable::lines(const std::vector<LivePod>& pods, std::int64_t now) {
  std::vector<Row> rows;
  if (std::exchange(style_.headings, false)) rows.push_back(heading(style_));
  for (const LivePod& pod : pods) rows.push_back(pod_row(pod, style_, now));
  return table_.lines(rows);
}

std::string pod_table(const std::vector<LivePod>& pods, TableStyle style, std::int64_t now) {
  return PodTable(style).lines(pods, now);
}

}  // namespace podrun::cli
