// The report for people at a terminal.
#include <sstream>

#include "cni/base/printable.h"
#include "cni/kit.h"
#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

constexpr std::size_t kMostTextOfLine = 2000, kMostLines = 20;
constexpr const char* kIndent = "            ";

// "expected  …", further lines below the first.
void field(std::ostringstream& out, const std::string& name, const std::string& text) {
  if (text.empty()) return;
  out << "  " << name << std::string(10 - name.size(), ' ');
  for (const char c : base::printable(shortened(text, kMostTextOfLine))) {
    out << c;
    if (c == '\n') out << kIndent;
  }
  out << "\n";
}

void heading(std::ostringstream& out, const std::string& word, const Finding& finding) {
  const CheckResult& result = finding.newest();
  out << word << "  " << result.check.id << "  " << base::printable(result.target) << " " << finding.versions() << "  "
      << to_text(result.check.level) << ": " << result.check.title << "\n";
}

void evidence(std::ostringstream& out, const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i) text += (i == 0 ? "" : "\n") + lines[i];
  if (lines.size() > kMostLines) text += "\n… and " + std::to_string(lines.size() - kMostLines) + " more";
  field(out, "evidence", text);
}

void tell_failures(std::ostringstream& out, const Report& report) {
  for (const Finding& finding : findings(report, has_failed)) {
    const CheckResult& result = finding.newest();
    heading(out, "FAILED", finding);
    field(out, "expected", result.expected);
    field(out, "seen", result.seen);
    evidence(out, result.evidence);
    field(out, "reproduce", result.reproduce);
    field(out, "see", result.check.section);
    out << "\n";
  }
}

// One line each, below a line that says what they have in common.
void tell(std::ostringstream& out, const std::string& title, const std::vector<Finding>& some) {
  if (some.empty()) return;
  out << title << "\n";
  for (const Finding& finding : some) {
    const CheckResult& result = finding.newest();
    out << "  " << result.check.id << "  " << base::printable(result.target) << " " << finding.versions() << "  ";
    const std::string& what = result.outcome == Outcome::passed ? result.check.title : result.seen;
    std::string line = base::printable(shortened(what, kMostTextOfLine));
    for (std::size_t at = 0; (at = line.find('\n', at)) != std::string::npos;) line.replace(at, 1, "\\n");
    out << line;
    if (result.outcome == Outcome::failed && !result.evidence.empty())
      out << " (" << base::printable(result.evidence.back()) << ")";
    out << "\n";
  }
  out << "\n";
}

std::string verdict(const Report& report) {
  std::size_t must = 0;
  for (const Finding& finding : findings(report, has_failed)) must += finding.newest().check.level == Level::must;
  if (must == 0) return "conforms";
  return "does not conform: " + std::to_string(must) + (must == 1 ? " check" : " checks") +
         " of what it MUST do failed";
}

}  // namespace

std::string as_text(const Report& report) {
  std::ostringstream out;
  for (const std::string& plugin : report.plugins) out << base::printable(plugin) << "\n";
  out << report.kernel << "\n\n";
  tell_failures(out, report);
  tell(out, "Failed, as the profile knows:", findings(report, has_failed_as_known));
  tell(out,
       "Passed, though the profile lists it as failing (it can go from there):", findings(report, passes_though_known));
  tell(out, "To know:", findings(report, was_told));
  tell(out, "Skipped, as this machine cannot try it:", findings(report, was_skipped));
  out << report.count(Outcome::passed) << " passed, " << report.count(Outcome::failed) << " failed, "
      << report.count(Outcome::skipped) << " skipped, " << report.count(Outcome::told) << " told, "
      << report.count(Outcome::not_applicable) << " not applicable; " << report.duration.count() / 1'000'000 << "."
      << report.duration.count() / 100'000 % 10 << " s\n"
      << base::printable(report.subject) << " " << verdict(report) << "\n";
  return out.str();
}

}  // namespace cni::kit
