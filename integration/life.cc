#include "integration/life.h"

#include <csignal>
#include <set>

#include "base/files.h"
#include "integration/value_at.h"

namespace integration {
namespace {

using Json = nlohmann::json;

}  // namespace

bool hears(const std::string& status, int signal) {
  const std::size_t at = status.find("SigCgt:");
  return at != std::string::npos && (std::stoull(status.substr(at + 7), nullptr, 16) >> (signal - 1) & 1U) != 0;
}

std::string Life::pod_state() const { return value_at(record_, "/life/state", std::string()); }

Json Life::status_of(const std::string& container) const {
  for (const char* list :
       {"/status/containerStatuses", "/status/initContainerStatuses", "/status/ephemeralContainerStatuses"})
    for (const Json& one : value_at(shown_, list, Json::array()))
      if (one["name"] == container) return one;
  return {};
}

std::string Life::state(const std::string& container) const {
  const Json status = status_of(container);
  if (value_at(status, "/state/running", Json()).is_object()) return "running";
  if (value_at(status, "/state/terminated/reason", std::string()) == "ContainerStatusUnknown") return "lost";
  const int code = value_at(status, "/state/terminated/exitCode", -1);
  return code < 0 ? "waiting" : "exit " + std::to_string(code);
}

std::string Life::last_exit(const std::string& container) const {
  const int code = value_at(status_of(container), "/lastState/terminated/exitCode", -1);
  return code < 0 ? "" : std::to_string(code);
}

int Life::attempt(const std::string& container) const { return value_at(status_of(container), "/restartCount", -1); }

bool Life::listens(const std::string& container) const {
  pid_t pid = 0;
  for (const Json& one : value_at(record_, "/containers", Json::array()))
    if (one["plan"]["name"] == container) pid = value_at(one, "/life/process/pid", pid_t{0});
  const std::string status = base::read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  return pid != 0 && status.starts_with("Name:\tpayload") && hears(status, SIGTERM);
}

std::vector<std::string> Life::strangers() const {
  std::set<pid_t> known{value_at(record_, "/life/shim/pid", pid_t{0}), value_at(record_, "/life/pause/pid", pid_t{0})};
  for (const Json& one : value_at(record_, "/containers", Json::array()))
    known.insert(value_at(one, "/life/process/pid", pid_t{0}));
  const std::string cgroup = value_at(record_, "/plan/cgroupPath", std::string("?"));
  std::vector<std::string> found;
  for (const std::string& pid : base::list_dir("/proc").value_or({})) {
    if (pid.find_first_not_of("0123456789") != std::string::npos || known.contains(std::stoi(pid))) continue;
    if (base::read_file("/proc/" + pid + "/cgroup").value_or("").find(cgroup) == std::string::npos) continue;
    found.push_back(pid + " " + base::read_file("/proc/" + pid + "/comm").value_or(""));
  }
  return found;
}

}  // namespace integration
