#include "kit/src/report/findings.h"

#include <algorithm>

namespace cni::kit {
namespace {

std::size_t rank_of(const std::string& version) {
  const auto known = Version::parse(version);
  return known ? static_cast<std::size_t>(std::find(kKnownVersions.begin(), kKnownVersions.end(), *known) -
                                          kKnownVersions.begin())
               : kKnownVersions.size();
}

}  // namespace

std::string Finding::versions() const {
  std::string text;
  for (std::size_t first = 0; first < results.size();) {
    std::size_t last = first;
    while (last + 1 < results.size() && rank_of(results[last + 1]->version) == rank_of(results[last]->version) + 1)
      ++last;
    if (!text.empty()) text += ", ";
    text += results[first]->version;
    if (last > first) text += " to " + results[last]->version;
    first = last + 1;
  }
  return text;
}

bool has_failed(const CheckResult& result) { return result.outcome == Outcome::failed && !result.known; }
bool has_failed_as_known(const CheckResult& result) { return result.outcome == Outcome::failed && result.known; }
bool passes_though_known(const CheckResult& result) { return result.outcome == Outcome::passed && result.known; }
bool was_told(const CheckResult& result) { return result.outcome == Outcome::told; }
bool was_skipped(const CheckResult& result) { return result.outcome == Outcome::skipped; }

std::vector<Finding> findings(const Report& report, bool (*wanted)(const CheckResult&)) {
  std::vector<Finding> found;
  for (const CheckResult& result : report.results) {
    if (!wanted(result)) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&](const Finding& finding) {
      return finding.newest().check.id == result.check.id && finding.newest().target == result.target;
    });
    if (same == found.end())
      found.push_back({{&result}});
    else
      same->results.push_back(&result);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.newest().check.level < b.newest().check.level; });
  return found;
}

std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;  // before a character, not in one
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + " … (" + std::to_string(text.size() - end) + " bytes more)";
}

}  // namespace cni::kit
