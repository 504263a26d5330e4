#include "runtime/cli/pod_printer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/files.h"
#include "runtime/cli/custom_columns.h"
#include "runtime/cli/json_template.h"
#include "runtime/cli/kube_json.h"
#include "runtime/cli/time_text.h"
#include "runtime/cli/yaml_out.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

using Pods = std::vector<LivePod>;

constexpr std::size_t kFileLimit = 1U << 20U;

Json document(const Pods& pods, bool single) {
  std::vector<Json> documents;
  for (const LivePod& pod : pods) documents.push_back(kube_pod(pod));
  return single ? std::move(documents.front()) : kube_list(std::move(documents));
}

std::string names(const Pods& pods) {
  std::string text;
  for (const LivePod& pod : pods) text += "pod/" + pod.record.plan.who.name + "\n";
  return text;
}

PodPrinter with_template(JsonTemplate filled) {
  return [filled = std::move(filled)](const Pods& pods, bool single) { return filled.fill_in(document(pods, single)); };
}

PodPrinter with_columns(CustomColumns columns, bool headings) {
  return [columns = std::move(columns), headings, table = Table()](const Pods& pods, bool) mutable {
    std::vector<Row> rows;
    if (std::exchange(headings, false)) rows.push_back(columns.heading());
    for (const LivePod& pod : pods) rows.push_back(columns.row(kube_pod(pod)));
    return table.lines(rows);
  };
}

// Those with an argument: NAME=ARGUMENT.
Result<PodPrinter> made_of(const std::string& name, const std::string& argument, TableStyle style) {
  if (name == "jsonpath") return with_template(TRY(JsonTemplate::parse(argument)));
  if (name == "jsonpath-file")
    return with_template(TRY(JsonTemplate::parse(TRY(base::read_file(argument, kFileLimit)))));
  if (name == "custom-columns") return with_columns(TRY(CustomColumns::parse(argument)), style.headings);
  if (name == "custom-columns-file")
    return with_columns(TRY(CustomColumns::parse_lines(TRY(base::read_file(argument, kFileLimit)))), style.headings);
  return Error{Kind::invalid, 0, std::string("expected one of: ") + kFormats};
}

}  // namespace

bool is_table(const std::string& format) { return format.empty() || format == "wide"; }

bool has_columns(const std::string& format) { return is_table(format) || format.starts_with("custom-columns"); }

Result<PodPrinter> pod_printer(const std::string& format, TableStyle style) {
  style.wide = format == "wide";
  if (is_table(format))
    return PodPrinter(
        [table = PodTable(style)](const Pods& pods, bool) mutable { return table.lines(pods, wall_time()); });
  if (format == "name") return PodPrinter([](const Pods& pods, bool) { return names(pods); });
  if (format == "json")
    return PodPrinter([](const Pods& pods, bool single) { return document(pods, single).dump(4) + "\n"; });
  if (format == "yaml")
    return PodPrinter([separator = ""](const Pods& pods, bool single) mutable {
      return std::exchange(separator, "---\n") + to_yaml(document(pods, single));
    });
  const auto equals = format.find('=');
  const std::string argument = equals == std::string::npos ? "" : format.substr(equals + 1);
  return made_of(format.substr(0, equals), argument, style).in("--output '" + format + "'");
}

}  // namespace podrun::cli
