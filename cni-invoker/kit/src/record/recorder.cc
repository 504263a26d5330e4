#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/delegates.h"
#include "cni/record.h"

namespace cni::kit {
namespace {

Result<void> write(const std::string& dir, const Recording& recording) {
  TRY(base::make_dirs(dir, 0700));
  std::string time = recording.started;
  std::replace(time.begin(), time.end(), ':', '-');  // a name for every filesystem
  std::string name = dir + "/" + time + "-" + recording.command + "-" + recording.plugin + ".json";
  return base::write_file_durably(name, to_json(recording));
}

}  // namespace

Recorder::Recorder(std::shared_ptr<Runner> runner, RecorderOptions options)
    : options_(std::move(options)), runner_(std::move(runner)) {
  if (options_.helper.empty()) return;
  const DelegateHandler handler{
      [](const std::string&, const RunRequest& request) -> Result<std::string> { return request.input; },
      [this](const std::string&, const Recording& recording) -> Result<std::optional<std::string>> {
        keep(recording);
        return std::optional(recording.output);
      }};
  runner_ = std::make_shared<DelegateRunner>(std::move(runner_), options_.helper, handler, options_.warn);
}

Result<std::string> Recorder::find(std::string_view type, const std::vector<std::string>& dirs) {
  return runner_->find(type, dirs);
}

Result<RunOutcome> Recorder::exec(const RunRequest& request) {
  Recorded run = run_recorded(*runner_, request);
  keep(std::move(run.recording));
  return std::move(run.outcome);
}

void Recorder::keep(Recording recording) const {
  if (options_.digest) recording.digest = options_.digest(recording.path);
  if (const auto kept = write(options_.dir, recording); !kept && options_.warn)
    options_.warn("not recorded: " + kept.error().what);
}

}  // namespace cni::kit
