#include "runtime/cli/usage_table.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

struct UsageLine {
  Row row;
  double cores = 0;
  std::uint64_t memory = 0;
};

constexpr const char* kNotCounted = "-";

std::string percent(double part) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f%%", part * 100);
  return text.data();
}

// "cpu", "memory", "limit", "memory%", "pids"
UsageLine usage_line_of(Row row, const CgroupUsage& usage, std::optional<double> cores) {
  row.push_back(cores ? percent(*cores) : kNotCounted);
  const auto& memory = usage.memory;
  row.push_back(memory ? bytes_text(memory->working_set) : kNotCounted);
  const bool limited = memory && memory->limit && *memory->limit != 0;
  row.push_back(limited ? bytes_text(*memory->limit) : kNotCounted);
  row.push_back(limited ? percent(static_cast<double>(memory->working_set) / static_cast<double>(*memory->limit))
                        : kNotCounted);
  row.push_back(usage.pids ? std::to_string(usage.pids->current) : kNotCounted);
  return {std::move(row), cores.value_or(0), memory ? memory->working_set : 0};
}

// Of a pod that has no limit of its own: what its containers may use together, where each of them has one.
std::optional<std::uint64_t> limit_of_containers(const PodSample& pod) {
  std::uint64_t sum = 0;
  for (const ContainerSample& container : pod.containers) {
    const auto& memory = container.usage.cgroup.memory;
    if (!memory || !memory->limit) return std::nullopt;
    sum += *memory->limit;
  }
  return sum;
}

UsageLine line_of_pod(Row row, const PodSample& pod) {
  CgroupUsage usage = pod.usage.cgroup;
  if (usage.memory && !usage.memory->limit) usage.memory->limit = limit_of_containers(pod);
  UsageLine line = usage_line_of(std::move(row), usage, pod.cores);
  const bool has_network = !pod.usage.network.empty();
  const NetworkTotal network = total(pod.usage.network);
  line.row.push_back(has_network ? bytes_text(network.received) : kNotCounted);
  line.row.push_back(has_network ? bytes_text(network.sent) : kNotCounted);
  return line;
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return std::to_string(bytes) + "B";
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), amount < 100 ? "%.1f%s" : "%.0f%s", amount, kUnits[unit]);
  return text.data();
}

std::string usage_table(const std::vector<PodSample>& pods, const UsageTableStyle& style) {
  std::vector<UsageLine> lines;
  for (const PodSample& pod : pods) {
    Row names;
    if (style.with_namespace) names.push_back(pod.who.name_space);
    names.push_back(pod.who.name);
    if (!style.containers) lines.push_back(line_of_pod(names, pod));
    for (const ContainerSample& container : pod.containers) {
      if (!style.containers) break;
      Row row = names;
      row.push_back(container.usage.name);
      lines.push_back(usage_line_of(std::move(row), container.usage.cgroup, container.cores));
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [&](const UsageLine& a, const UsageLine& b) {
    if (style.sort_by == "cpu") return a.cores > b.cores;
    return style.sort_by == "memory" && a.memory > b.memory;
  });
  std::vector<Row> rows;
  if (style.headings) {
    rows.emplace_back();
    if (style.with_namespace) rows.back().emplace_back("NAMESPACE");
    rows.back().emplace_back("POD");
    if (style.containers) rows.back().emplace_back("CONTAINER");
    for (const char* heading : {"CPU%", "MEMORY", "LIMIT", "MEMORY%", "PIDS"}) rows.back().emplace_back(heading);
    if (!style.containers) rows.back().insert(rows.back().end(), {"NET-RX", "NET-TX"});
  }
  for (UsageLine& line : lines) rows.push_back(std::move(line.row));
  return table(rows);
}

}  // namespace podrun::cli
