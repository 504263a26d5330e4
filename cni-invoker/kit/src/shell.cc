#include "kit/src/shell.h"

#include "cni/runner.h"

namespace cni::kit {

// A plugin's runner passes no arguments, so what is run is a shell, which reads them.
std::optional<std::string> output_of_shell(const std::string& line) {
  ProcessRunner runner;
  RunRequest request;
  request.path = "/bin/sh";
  request.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  request.timeout = std::chrono::seconds(10);
  request.input = "exec " + line + "\n";
  auto outcome = runner.exec(request);
  if (!outcome || !outcome->succeeded()) return std::nullopt;
  return std::move(outcome->output);
}

}  // namespace cni::kit
