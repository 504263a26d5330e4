#include "runtime/cri/call_counts.h"

#include <sstream>

namespace podrun::cri {

void CallCounts::add(const std::string& call, const std::string& code, std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const std::lock_guard lock(mutex_);
  Histogram& histogram = histograms_[{call, code}];
  for (std::size_t i = 0; i < kBounds.size(); ++i)
    if (seconds <= kBounds[i]) ++histogram.within[i];
  ++histogram.count;
  histogram.seconds += seconds;
}

std::string CallCounts::text() const {
  std::ostringstream text;
  text.precision(12);  // sums grow, and are told to the microsecond
  const std::string name = "podrun_cri_call_duration_seconds";
  text << "# HELP " << name << " How long calls of the CRI took, by call and outcome.\n"
       << "# TYPE " << name << " histogram\n";
  const std::lock_guard lock(mutex_);
  for (const auto& [key, histogram] : histograms_) {
    const std::string labels = "call=\"" + key.first + "\",code=\"" + key.second + "\"";
    for (std::size_t i = 0; i < kBounds.size(); ++i)
      text << name << "_bucket{" << labels << ",le=\"" << kBounds[i] << "\"} " << histogram.within[i] << "\n";
    text << name << "_bucket{" << labels << ",le=\"+Inf\"} " << histogram.count << "\n"
         << name << "_sum{" << labels << "} " << histogram.seconds << "\n"
         << name << "_count{" << labels << "} " << histogram.count << "\n";
  }
  return text.str();
}

}  // namespace podrun::cri
