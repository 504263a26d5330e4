// What plugins start: a meta plugin its plugins, an interface plugin its IPAM plugin, all found on CNI_PATH.
//
// The runner here puts a directory in front of CNI_PATH, for the time of a run, in which each plugin's name leads to
// cni-kit-plugin. That tells us what is asked of it, runs the plugin proper where it stands (its namespaces, its
// parents), and tells us what came of it. Who looks for plugins elsewhere than on CNI_PATH is not seen.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cni/record.h"
#include "cni/runner.h"

namespace cni::kit {

// Called while the run that has started it goes on, on another thread, one call at a time. CNI_PATH of what they get is
// as it was. `caller`: the type of the plugin that has started it.
struct DelegateHandler {
  // Returns what it is to have on stdin. An error: it is not to be run, and its caller gets that error.
  std::function<Result<std::string>(const std::string& caller, const RunRequest& request)> before;
  // Returns what its caller is to read of its stdout; nothing: it is to be run once more, from before() on. An error:
  // its caller gets that instead.
  std::function<Result<std::optional<std::string>>(const std::string& caller, const Recording& recording)> after;
};

class DelegateRunner final : public Runner {
 public:
  // `helper`: of cni-kit-plugin. `warn` is told what keeps delegated runs from being seen: plugins run all the same.
  DelegateRunner(std::shared_ptr<Runner> runner, std::string helper, DelegateHandler handler,
                 std::function<void(const std::string& warning)> warn);

  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<RunOutcome> exec(const RunRequest& request) override;

 private:
  std::shared_ptr<Runner> runner_;
  std::string helper_;
  DelegateHandler handler_;
  std::function<void(const std::string& warning)> warn_;
};

// Where cni-kit-plugin is: `given`, else beside the running program, or where it is installed. Kind::not_found names
// the places.
Result<std::string> find_helper(const std::string& given);

}  // namespace cni::kit
