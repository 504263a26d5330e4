#include "kit/src/report/matrix.h"

#include <algorithm>
#include <map>
#include <set>

#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

struct Look {
  const char* glyph;
  const char* style;
};

Look look_of(const CheckResult& result) {
  if (has_failed(result)) return {"✗", result.check.level == Level::must ? "fail" : "should"};
  switch (result.outcome) {
    case Outcome::failed:
      return {"✗", "known"};
    case Outcome::passed:
      return {"✓", result.known ? "known" : "pass"};
    case Outcome::skipped:
      return {"–", "skip"};
    case Outcome::not_applicable:
      return {"·", "none"};
    case Outcome::told:
      return {"i", "told"};
  }
  return {"", ""};
}

struct Column {
  std::string target;
  Version version;
};

// In the order in which the plugins come, versions ascending.
std::vector<Column> columns_of(const Report& report) {
  std::vector<std::string> targets;
  std::map<std::string, std::set<Version>> versions;
  for (const CheckResult& result : report.results) {
    if (std::find(targets.begin(), targets.end(), result.target) == targets.end()) targets.push_back(result.target);
    if (const auto version = Version::parse(result.version)) versions[result.target].insert(*version);
  }
  std::vector<Column> columns;
  for (const std::string& target : targets)
    for (const Version& version : versions[target]) columns.push_back({target, version});
  return columns;
}

Json cell_of(const CheckResult& result) {
  const Look look = look_of(result);
  std::string says = result.check.id + " " + result.target + " " + result.version + ": " + to_text(result.outcome);
  if (result.outcome != Outcome::passed && !result.seen.empty()) says += " - " + shortened(result.seen, 200);
  return {{"glyph", look.glyph},
          {"style", look.style},
          {"says", says},
          {"anchor", has_failed(result) ? anchor_of(result) : ""}};
}

}  // namespace

std::string anchor_of(const CheckResult& result) { return result.check.id + "-" + result.target; }

Json matrix(const Report& report) {
  const std::vector<Column> columns = columns_of(report);
  Json groups = Json::array(), heads = Json::array(), chapters = Json::array();
  for (const Column& column : columns) {
    if (groups.empty() || groups.back()["target"] != column.target)
      groups.push_back({{"target", column.target}, {"columns", 0}});
    groups.back()["columns"] = groups.back()["columns"].get<int>() + 1;
    heads.push_back({{"version", column.version.to_text()}});
  }
  std::map<std::string, std::size_t> chapter_of, row_of;  // by title; by id, in its chapter
  for (const CheckResult& result : report.results) {
    const std::string title = chapter_title(result.check);
    const auto [chapter, opens] = chapter_of.try_emplace(title, chapters.size());
    if (opens) chapters.push_back({{"chapter", title}, {"width", columns.size() + 1}, {"rows", Json::array()}});
    Json& rows = chapters[chapter->second]["rows"];
    const auto [row, is_new] = row_of.try_emplace(result.check.id, rows.size());
    if (is_new)
      rows.push_back(
          {{"id", result.check.id},
           {"level", to_text(result.check.level)},
           {"title", result.check.title},
           {"cells", Json(columns.size(), Json{{"glyph", ""}, {"style", ""}, {"says", ""}, {"anchor", ""}})}});
    const auto at = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
      return column.target == result.target && column.version.to_text() == result.version;
    });
    rows[row->second]["cells"][static_cast<std::size_t>(at - columns.begin())] = cell_of(result);
  }
  return {{"groups", groups}, {"heads", heads}, {"chapters", chapters}};
}

}  // namespace cni::kit
