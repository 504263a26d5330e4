#include "kit/src/record/keep_runs.h"

#include <sstream>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/record.h"

namespace cni::kit {
namespace {

Recording recording_of(const SeenRun& run) {
  Recording recording;
  recording.plugin = run.plugin;
  recording.command = run.command;
  for (const std::string& line : run.environment) {
    const std::size_t sign = line.find('=');
    recording.environment.emplace_back(line.substr(0, sign), sign == std::string::npos ? "" : line.substr(sign + 1));
  }
  std::vector<std::string> dirs;
  std::istringstream path(recording.variable("CNI_PATH"));
  for (std::string dir; std::getline(path, dir, ':');) dirs.push_back(dir);
  recording.path = ProcessRunner().find(run.plugin, dirs).value_or("");
  recording.input = run.input;
  recording.output = run.output;
  recording.errors = run.errors;
  recording.end = run.end;
  recording.duration = run.duration;
  return recording;
}

}  // namespace

Result<std::string> keep_runs(const CheckResult& result, const std::string& dir) {
  const std::string own = dir + "/podrun-kit-" + result.target + "-" + result.check.id + "-" + result.version;
  TRY(base::remove_tree(own));
  TRY(base::make_dirs(own, 0700));
  int number = 0;
  for (const SeenRun& run : result.runs) {
    if (run.delegated) continue;
    ++number;
    const std::string file = (number < 10 ? "0" : "") + std::to_string(number) + "-" + run.command + "-" + run.plugin;
    // A check may have spoilt the command.
    if (file.find('/') == std::string::npos)
      TRY(base::write_file_durably(own + "/" + file + ".json", to_json(recording_of(run))));
  }
  return own;
}

}  // namespace cni::kit
