#include <array>
#include <cstdlib>
#include <ctime>
#include <limits>

#include "cni/base/files.h"
#include "cni/record.h"
#include "kit/src/end_text.h"
#include "kit/src/record/look_around.h"
#include "kit/src/world/told.h"

namespace cni::kit {
namespace {

std::string utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count() % 1'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + size, text.size() - size, ".%06dZ", static_cast<int>(rest));
  return text.data();
}

// Bytes; the most that there can be where it cannot be read.
std::uint64_t own_peak_memory() {
  const std::string status = base::read_file("/proc/self/status").value_or("");
  const std::string key = "VmHWM:";
  const std::size_t at = status.find(key);
  if (at == std::string::npos) return std::numeric_limits<std::uint64_t>::max();
  return std::strtoull(status.c_str() + at + key.size(), nullptr, 10) * 1024;
}

// Of a single run: what is there is made, and need not be left for good.
std::vector<std::string> effects(const World& before, const World& after) {
  std::vector<std::string> lines = difference(before, after);
  for (std::string& line : lines) {
    if (line.starts_with("left: ")) line.replace(0, 4, "made");
    if (line.starts_with("lost: ")) line.replace(0, 4, "removed");
  }
  return lines;
}

}  // namespace

Recorded run_recorded(Runner& runner, const RunRequest& request) {
  Recording recording;
  recording.path = request.path;
  recording.plugin = request.path.substr(request.path.rfind('/') + 1);
  recording.environment = request.environment;
  recording.command = recording.variable("CNI_COMMAND");
  recording.input = request.input;
  const std::string netns = recording.variable("CNI_NETNS");
  const World before = look_around(netns);
  for (const auto& [thing, state] : before)
    recording.before.push_back({thing.area, thing.name, thing.where, text_of(state)});
  recording.links = links_named(before, request.input);
  recording.started = utc(std::chrono::system_clock::now());
  auto outcome = runner.exec(request);
  recording.effects = effects(before, look_around(netns));
  if (outcome) {
    recording.output = outcome->output;
    recording.errors = outcome->errors;
    recording.end = end_text(*outcome);
    recording.duration = outcome->duration;
    recording.processor = outcome->processor;
    if (outcome->peak_memory > own_peak_memory()) recording.peak_memory = outcome->peak_memory;
  } else {
    recording.end = outcome.error().what;
  }
  return {std::move(recording), std::move(outcome)};
}

}  // namespace cni::kit
