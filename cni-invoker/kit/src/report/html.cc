// The report as one page: no script, nothing fetched. What it shows is computed here; how, templates/page.mustache
// says.
#include <algorithm>

#include "kit/src/report/fill.h"
#include "kit/src/report/findings.h"
#include "kit/src/report/matrix.h"
#include "kit/src/report/topology.h"
#include "kit/src/report/waterfall.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostTextOfPage = 3000, kMostRunsOfPage = 40;

Json run_values(const SeenRun& run) {
  std::string environment;
  for (const std::string& line : run.environment) environment += line + "\n";
  return {{"command", run.command},
          {"plugin", run.plugin},
          {"end", run.end},
          {"environment", shortened(environment, kMostTextOfPage)},
          {"input", shortened(run.input, kMostTextOfPage)},
          {"output", shortened(run.output, kMostTextOfPage)},
          {"errors", shortened(run.errors, kMostTextOfPage)}};
}

Json way_values(const Way& way) {
  const SeenPath& path = *way.path;
  return {{"from", path.from},
          {"to", path.to},
          {"what", path.what},
          {"expected", path.expected ? "arrives" : "is stopped"},
          {"seen", path.arrived ? "arrived" : "did not arrive"},
          {"peer", path.peer},
          {"wrong", way.wrong}};
}

Json ways_values(const std::vector<Way>& ways) {
  if (ways.empty()) return nullptr;
  Json rows = Json::array();
  for (const Way& way : ways) rows.push_back(way_values(way));
  return {{"topology", topology(ways)}, {"paths", rows}};
}

Json finding_values(const Finding& finding) {
  const CheckResult& result = finding.newest();
  Json runs = Json::array(), evidence = Json::array();
  for (std::size_t i = 0; i < result.runs.size() && i < kMostRunsOfPage; ++i)
    runs.push_back(run_values(result.runs[i]));
  for (const std::string& line : result.evidence) evidence.push_back({{"line", shortened(line, kMostTextOfPage)}});
  return {{"anchor", anchor_of(result)},
          {"id", result.check.id},
          {"target", result.target},
          {"versions", finding.versions()},
          {"level", to_text(result.check.level)},
          {"style", result.check.level == Level::must ? "fail" : "should"},
          {"title", result.check.title},
          {"expected", shortened(result.expected, kMostTextOfPage)},
          {"seen", shortened(result.seen, kMostTextOfPage)},
          {"evidence", evidence},
          {"evidence_any", !evidence.empty()},
          {"reproduce", result.reproduce},
          {"section", result.check.section},
          {"version", result.version},
          {"runs", runs},
          {"run_any", !runs.empty()},
          {"waterfall", waterfall(result.runs)},
          {"ways", ways_values(ways_of(result))}};
}

Json findings_values(const std::vector<Finding>& some) {
  Json values = Json::array();
  for (const Finding& finding : some) values.push_back(finding_values(finding));
  return values;
}

// What was left behind, as evidence says it: "left: link veth1a2b, made by bridge (ADD)".
Json leaks(const std::vector<Finding>& failed) {
  constexpr std::string_view kLeft = "left: ", kBy = ", made by ";
  Json rows = Json::array();
  for (const Finding& finding : failed)
    for (const std::string& line : finding.newest().evidence) {
      if (!line.starts_with(kLeft)) continue;
      const std::size_t by = line.rfind(kBy);
      rows.push_back({{"what", line.substr(kLeft.size(), by == std::string::npos ? by : by - kLeft.size())},
                      {"by", by == std::string::npos ? "" : line.substr(by + kBy.size())},
                      {"id", finding.newest().check.id},
                      {"target", finding.newest().target},
                      {"anchor", anchor_of(finding.newest())},
                      {"versions", finding.versions()}});
    }
  return rows.empty() ? Json() : Json{{"rows", rows}};
}

// Every way that packets were sent in the newest version, in one drawing.
Json packets(const Report& report) {
  std::vector<Way> ways;
  std::string version;
  for (const CheckResult& result : report.results) {
    if (result.paths.empty()) continue;
    if (const auto seen = Version::parse(result.version), best = Version::parse(version);
        version.empty() || (seen && best && *seen > *best)) {
      version = result.version;
      ways.clear();
    }
    if (result.version != version) continue;
    const std::vector<Way> more = ways_of(result);
    ways.insert(ways.end(), more.begin(), more.end());
  }
  Json values = ways_values(ways);
  if (!values.is_null()) values["version"] = version;
  return values;
}

Json telling_run(const Report& report) {
  const CheckResult* const best = most_telling(report);
  if (best == nullptr) return nullptr;
  return {{"title", best->check.id + " " + best->target + " " + best->version + ": " + best->check.title},
          {"waterfall", waterfall(best->runs)}};
}

Json tiles(const Report& report, const std::vector<Finding>& failed) {
  std::size_t must = 0;
  for (const Finding& finding : failed) must += finding.newest().check.level == Level::must;
  const auto tile = [](std::size_t count, const char* label, const char* style) {
    return Json{{"count", count}, {"label", label}, {"style", count == 0 ? "zero" : style}};
  };
  return Json::array({tile(report.count(Outcome::passed), "passed", "pass"), tile(must, "MUST failed", "fail"),
                      tile(failed.size() - must, "SHOULD failed", "should"),
                      tile(findings(report, has_failed_as_known).size(), "known", "known"),
                      tile(report.count(Outcome::skipped), "skipped", "skip"),
                      tile(report.count(Outcome::told), "to know", "told")});
}

}  // namespace

std::string as_html(const Report& report) {
  const std::vector<Finding> failed = findings(report, has_failed);
  Json plugins = Json::array();
  for (const std::string& plugin : report.plugins) plugins.push_back({{"plugin", plugin}});
  Json values{{"subject", report.subject},
              {"conforms", report.conforms()},
              {"plugins", plugins},
              {"kernel", report.kernel},
              {"checks", report.results.size()},
              {"seconds", report.duration.count() / 1'000'000},
              {"tiles", tiles(report, failed)},
              {"failed", findings_values(failed)},
              {"known", findings_values(findings(report, has_failed_as_known))},
              {"mended", findings_values(findings(report, passes_though_known))},
              {"told", findings_values(findings(report, was_told))},
              {"skipped", findings_values(findings(report, was_skipped))},
              {"leaks", leaks(failed)},
              {"packets", packets(report)},
              {"telling", telling_run(report)},
              {"latencies", latencies(report)},
              {"matrix", matrix(report)}};
  for (const char* list : {"failed", "known", "mended", "told", "skipped", "latencies"})
    values[list + std::string("_any")] = !values[list].empty();
  return fill(templates::page, values,
              {{"draw_topology", templates::topology}, {"draw_waterfall", templates::waterfall}});
}

}  // namespace cni::kit
