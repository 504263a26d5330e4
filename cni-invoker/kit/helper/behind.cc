#include "kit/helper/behind.h"

#include <unistd.h>

#include "cni/base/files.h"
#include "cni/base/split_path.h"
#include "cni/base/try.h"
#include "kit/helper/end_by.h"
#include "kit/helper/variable.h"

namespace cni::kit {
namespace {

std::vector<std::string> dirs_without(const std::string& links) {
  std::vector<std::string> dirs = base::split_path(variable("CNI_PATH"));
  std::erase(dirs, links);
  return dirs;
}

Environment environment_now() {
  Environment all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

std::string caller_by(const std::string& links) {
  std::string pid = std::to_string(::getppid());
  while (pid != "0" && pid != "1") {
    const std::string line = base::read_file("/proc/" + pid + "/cmdline").value_or("");
    const std::string program = line.substr(0, line.find('\0'));
    if (program.starts_with(links + "/")) return program.substr(links.size() + 1);
    const std::string stat = base::read_file("/proc/" + pid + "/stat").value_or("");
    const std::size_t name_end = stat.rfind(')');  // "PID (NAME) STATE PPID …"
    if (name_end == std::string::npos) break;
    const std::size_t begin = name_end + 4;
    pid = stat.substr(begin, stat.find(' ', begin) - begin);
  }
  return "";
}

}  // namespace

Result<Behind> behind_link(const std::string& link) {
  const std::string links = link.substr(0, link.rfind('/'));
  Behind behind;
  behind.request.path = TRY(ProcessRunner().find(link.substr(links.size() + 1), dirs_without(links)));
  behind.request.environment = environment_now();
  behind.request.input = TRY(base::read_all(0, "stdin"));
  behind.request.timeout = std::chrono::hours(24);  // who started us has a limit
  behind.request.dies_with_us = true;
  behind.caller = caller_by(links);
  return behind;
}

Result<int> end_as(const RunOutcome& outcome) {
  TRY(base::write_all(2, outcome.errors, "stderr"));
  TRY(base::write_all(1, outcome.output, "stdout"));
  if (outcome.end == RunOutcome::End::signaled) end_by(outcome.signal);
  return outcome.exit_code;
}

}  // namespace cni::kit
