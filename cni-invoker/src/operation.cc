#include "operation.h"

#include "cancel.h"
#include "cni/base/try.h"
#include "plugin_answer.h"

namespace cni {

Result<std::string> Operation::find(const std::string& plugin, const std::vector<std::string>& dirs) const {
  return runner_.find(plugin, dirs);
}

Result<RunOutcome> Operation::try_run(const std::string& plugin, const std::string& path, std::string input,
                                      const Environment& environment, int input_gate) const {
  RunRequest request;
  request.path = path;
  request.environment = environment;
  request.input = std::move(input);
  request.input_gate = input_gate;
  request.timeout = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  request.cgroup_files = options_.cgroup_files;
  // An ADD behind the DEL that is owed when we are killed would leave what nobody deletes. A DEL may go on: bridge, cut
  // short in one, never takes down its masquerading chain.
  request.dies_with_us = name_ == "ADD";
  if (name_ != "DEL") request.cancel_fd = cancel_fd_of(call_, options_);
  if (const StderrSink& sink = call_.on_stderr ? call_.on_stderr : options_.on_stderr)
    request.on_stderr = [&](std::string_view text) { sink({name_, plugin, text}); };
  auto outcome = runner_.exec(request);
  if (options_.observer) {
    PluginRun run;
    run.operation = name_;
    run.plugin = plugin;
    run.request = &request;
    if (outcome)
      run.outcome = &*outcome;
    else
      run.error = &outcome.error();
    options_.observer(run);
  }
  if (outcome && outcome->end == RunOutcome::End::cancelled) return interrupted("plugin '" + plugin + "' " + name_);
  return std::move(outcome).in("plugin '" + plugin + "' " + name_);
}

Result<RunOutcome> Operation::run(const std::string& plugin, const std::string& path, std::string input,
                                  const Environment& environment, int input_gate) const {
  RunOutcome outcome = TRY(try_run(plugin, path, std::move(input), environment, input_gate));
  if (!outcome.succeeded()) return to_error(failure_of(name_, plugin, outcome));
  return outcome;
}

}  // namespace cni
