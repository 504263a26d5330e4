// The report for people at a terminal.
#include <sstream>

#include "cni/kit.h"

namespace cni::kit {

std::string as_text(const Report& report) {
  std::ostringstream out;
  for (const std::string& plugin : report.plugins) out << plugin << "\n";
  out << "\n";
  for (const CheckResult& result : report.results) {
    if (result.outcome != Outcome::failed || result.known) continue;
    out << "FAILED  " << result.check.id << "  " << result.target << " " << result.version << "  "
        << to_text(result.check.level) << ": " << result.check.title << "\n"
        << "        expected: " << result.expected << "\n"
        << "        seen:     " << result.seen << "\n";
    for (const std::string& line : result.evidence) out << "          " << line << "\n";
    out << "        see:      " << result.check.section << "\n";
  }
  out << report.count(Outcome::passed) << " passed, " << report.count(Outcome::failed) << " failed, "
      << report.count(Outcome::skipped) << " skipped, " << report.count(Outcome::told) << " told\n";
  return out.str();
}

}  // namespace cni::kit
