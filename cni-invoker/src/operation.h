// One operation under way: its name, its deadline, and how each of its plugins is run, observed and judged.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cni/invoker.h"

namespace cni {

class Operation {
 public:
  // All but the name and the limit must outlive this. `limit` is that of the options.
  Operation(Runner& runner, const InvokerOptions& options, const CallOptions& call, std::string name,
            std::chrono::milliseconds limit)
      : runner_(runner), options_(options), call_(call), name_(std::move(name)), limit_(limit) {
    restart_clock();
  }

  // The limit anew; a deadline of the call's stays.
  void restart_clock() { deadline_ = call_.deadline.value_or(std::chrono::steady_clock::now() + limit_); }

  // The binary of a plugin in `dirs`.
  Result<std::string> find(const std::string& plugin, const std::vector<std::string>& dirs) const;

  // Runs the binary; the outcome is one that succeeded. Else the error holds a PluginFailure, if the plugin ran to its
  // end, or is an interruption (cancel.h).
  Result<RunOutcome> run(const std::string& plugin, const std::string& path, std::string input,
                         const Environment& environment, int input_gate = -1) const;

  // As run(), but the outcome of a plugin that failed comes as it is.
  Result<RunOutcome> try_run(const std::string& plugin, const std::string& path, std::string input,
                             const Environment& environment, int input_gate = -1) const;

 private:
  Runner& runner_;
  const InvokerOptions& options_;
  const CallOptions& call_;
  std::string name_;
  std::chrono::milliseconds limit_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace cni
