#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/record.h"

namespace cni::kit {
namespace {

Result<void> keep(const std::string& dir, const Recording& recording) {
  TRY(base::make_dirs(dir, 0700));
  std::string time = recording.started;
  std::replace(time.begin(), time.end(), ':', '-');  // a name for every filesystem
  std::string name = dir + "/" + time + "-" + recording.command + "-" + recording.plugin + ".json";
  return base::write_file_durably(name, to_json(recording));
}

}  // namespace

Recorder::Recorder(std::shared_ptr<Runner> runner, RecorderOptions options)
    : runner_(std::move(runner)), options_(std::move(options)) {}

Result<std::string> Recorder::find(std::string_view type, const std::vector<std::string>& dirs) {
  return runner_->find(type, dirs);
}

Result<RunOutcome> Recorder::exec(const RunRequest& request) {
  Recorded run = run_recorded(*runner_, request);
  if (options_.digest) run.recording.digest = options_.digest(request.path);
  if (const auto kept = keep(options_.dir, run.recording); !kept && options_.warn)
    options_.warn("not recorded: " + kept.error().what);
  return std::move(run.outcome);
}

}  // namespace cni::kit
