// TAP 14 (https://testanything.org/tap-version-14-specification.html). What fails and is known, or only SHOULD be, is
// "not ok # TODO", which does not fail a run.
#include <nlohmann/json.hpp>
#include <sstream>

#include "cni/base/printable.h"
#include "cni/kit.h"
#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

// On one line, and no directive.
std::string description(const std::string& text) {
  std::string safe;
  for (const char c : base::printable(text)) {
    if (c == '\n') {
      safe += "\\\\n";
      continue;
    }
    if (c == '#' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string directive(const CheckResult& result) {
  if (has_failed_as_known(result)) return " # TODO the profile knows of it";
  if (result.outcome == Outcome::failed && result.check.level != Level::must) return " # TODO only a SHOULD";
  if (was_skipped(result)) return " # SKIP " + description(result.seen);
  if (result.outcome == Outcome::not_applicable) return " # SKIP not applicable: " + description(result.seen);
  return "";
}

// YAML, of which JSON is a part.
void diagnosis(std::ostringstream& out, const CheckResult& result) {
  const auto line = [&](const char* name, const Json& value) {
    out << "  " << name << ": " << value.dump(-1, ' ', true, Json::error_handler_t::replace) << "\n";
  };
  out << "  ---\n";
  line("level", to_text(result.check.level));
  line("expected", result.expected);
  line("seen", result.seen);
  line("evidence", result.evidence);
  line("reproduce", result.reproduce);
  line("section", result.check.section);
  out << "  ...\n";
}

}  // namespace

std::string as_tap(const Report& report) {
  std::ostringstream out;
  out << "TAP version 14\n1.." << report.results.size() << "\n";
  std::size_t number = 0;
  for (const CheckResult& result : report.results) {
    const bool failed = result.outcome == Outcome::failed;
    out << (failed ? "not ok " : "ok ") << ++number << " - "
        << description(result.check.id + " " + result.target + " " + result.version + ": " + result.check.title)
        << directive(result) << "\n";
    if (failed) diagnosis(out, result);
    if (was_told(result)) out << "# " << description(result.seen) << "\n";
  }
  return out.str();
}

}  // namespace cni::kit
