// JUnit's XML, as CI systems read it (https://github.com/testmoapp/junitxml): a suite for each plugin and version.
// A failure is what the plugin MUST do; what is known, or only SHOULD be, is skipped with its reason.
#include <algorithm>
#include <array>
#include <cstdio>

#include "cni/kit.h"
#include "kit/src/report/fill.h"
#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostTextOfJunit = 4000;

std::string seconds(std::chrono::microseconds duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(duration.count()) / 1e6);
  return text.data();
}

std::string account(const CheckResult& result) {
  std::string text = "expected: " + result.expected + "\nseen: " + result.seen;
  for (const std::string& line : result.evidence) text += "\n" + line;
  text += "\nreproduce: " + result.reproduce + "\nsee: " + result.check.section;
  return shortened(text, kMostTextOfJunit);
}

struct Suite {
  std::size_t failures = 0, skipped = 0;
  std::chrono::microseconds duration{0};
  Json cases = Json::array();

  void add(const CheckResult& result) {
    Json one{{"name", result.check.id + " " + result.check.title},
             {"time", seconds(result.duration)},
             {"failure", nullptr},
             {"skip", ""},
             {"output", ""}};
    if (result.outcome == Outcome::failed) {
      const bool counts = result.check.level == Level::must && !result.known;
      if (counts)
        one["failure"] = {{"message", shortened(result.seen, kMostTextOfJunit)}, {"text", account(result)}};
      else
        one["skip"] = result.known ? "fails, as the profile knows" : "fails what it SHOULD do";
      if (!counts) one["output"] = account(result);
    } else if (result.outcome == Outcome::skipped || result.outcome == Outcome::not_applicable) {
      one["skip"] = to_text(result.outcome) + ": " + result.seen;
    } else if (was_told(result)) {
      one["output"] = shortened(result.seen, kMostTextOfJunit);
    }
    if (!one["failure"].is_null()) ++failures;
    if (one["skip"] != "") ++skipped;
    duration += result.duration;
    cases.push_back(std::move(one));
  }
};

}  // namespace

std::string as_junit(const Report& report) {
  std::vector<std::pair<std::string, Suite>> suites;
  for (const CheckResult& result : report.results) {
    const std::string name = result.target + " " + result.version;
    auto suite = std::find_if(suites.begin(), suites.end(), [&](const auto& one) { return one.first == name; });
    if (suite == suites.end()) suite = suites.insert(suites.end(), {name, {}});
    suite->second.add(result);
  }
  Suite all;
  Json values{{"subject", report.subject}, {"tests", report.results.size()}, {"suites", Json::array()}};
  for (auto& [name, suite] : suites) {
    all.failures += suite.failures;
    all.skipped += suite.skipped;
    values["suites"].push_back({{"suite", name},
                                {"tests", suite.cases.size()},
                                {"failures", suite.failures},
                                {"skipped", suite.skipped},
                                {"time", seconds(suite.duration)},
                                {"cases", std::move(suite.cases)}});
  }
  values["failures"] = all.failures;
  values["skipped"] = all.skipped;
  values["time"] = seconds(report.duration);
  return fill(templates::junit, values);
}

}  // namespace cni::kit
