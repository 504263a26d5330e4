#include "integration/killer.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include "base/fd.h"
#include "base/files.h"
#include "integration/needs.h"

namespace integration {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string program_path_of(pid_t pid) {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), path.data(), path.size());
  return size < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

// Of the texts in `all`, each with a zero byte at its end, the rest of the one that begins so.
std::string after(const std::string& all, const std::string& begin) {
  std::istringstream texts(all);
  for (std::string text; std::getline(texts, text, '\0');)
    if (text.starts_with(begin)) return text.substr(begin.size());
  return {};
}

// What would be killed, should it be this one. Empty where it is no prey.
std::optional<Kill> recognise(pid_t pid) {
  const std::string path = program_path_of(pid);
  const std::string proc = "/proc/" + std::to_string(pid);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (path == plugins_dir() + "/" + name) {
    const std::string environment = slurp(proc + "/environ");
    const std::string operation = after(environment, "CNI_COMMAND=");
    if (operation.empty()) return std::nullopt;
    return Kill{Prey::plugin, name, operation, after(environment, "CNI_CONTAINERID=")};
  }
  if (name == "podrun") {
    std::ifstream line(proc + "/cmdline");
    std::string word, before;
    for (; std::getline(line, word, '\0') && before != "tend"; before = word) continue;
    if (before == "tend") return Kill{Prey::tend, "podrun tend", "", word};
  }
  // A session of its own: what the shim clones is the shim's program too until it has become a container.
  if (name == "podrun-shim" && ::getsid(pid) == pid) {
    std::ifstream line(proc + "/cmdline");
    std::string self, id;
    std::getline(line, self, '\0');
    std::getline(line, id, '\0');
    return Kill{Prey::shim, name, "", id};
  }
  return std::nullopt;
}

std::vector<pid_t> everybody() {
  std::vector<pid_t> pids;
  for (const std::string& name : base::list_dir("/proc").value_or({}))
    if (name.find_first_not_of("0123456789") == std::string::npos) pids.push_back(std::stoi(name));
  return pids;
}

std::vector<pid_t> all_of(Prey prey) {
  std::vector<pid_t> pids = everybody();
  std::erase_if(pids, [&](pid_t pid) {
    const auto seen = recognise(pid);
    return !seen || seen->prey != prey;
  });
  return pids;
}

bool kill_by(const base::Fd& pidfd) {
  return pidfd && ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) == 0;
}

}  // namespace

std::string to_text(const Kill& kill) {
  return kill.program + (kill.operation.empty() ? "" : " " + kill.operation) +
         (kill.pod.empty() ? "" : " of " + kill.pod);
}

std::string plural_of(Prey prey) {
  switch (prey) {
    case Prey::podrun:
      return "podruns";
    case Prey::shim:
      return "shims";
    case Prey::tend:
      return "tends";
    case Prey::plugin:
      break;
  }
  return "plugins";
}

std::uint64_t Killer::seed() {
  const char* text = std::getenv("PODRUN_STORM_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
}

void Killer::strike(const std::vector<pid_t>& podruns, std::chrono::microseconds longest, int most,
                    const std::vector<Prey>& preys) {
  std::this_thread::sleep_for(std::chrono::microseconds(pick(static_cast<std::size_t>(longest.count()) + 1)));
  const Prey prey = preys[pick(preys.size())];
  if (count(prey) >= most) return;
  const std::vector<pid_t> found = prey == Prey::podrun ? podruns : all_of(prey);
  if (found.empty()) return;
  const pid_t pid = found[pick(found.size())];
  // From here on the pid can mean nobody else; before, it could.
  const base::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const auto victim = prey == Prey::podrun ? Kill{prey, "podrun", "", ""} : recognise(pid);
  if (victim && victim->prey == prey && kill_by(pidfd)) kills_.push_back(*victim);
}

int Killer::count(Prey prey) const {
  return static_cast<int>(std::count_if(kills_.begin() + static_cast<std::ptrdiff_t>(round_begins_), kills_.end(),
                                        [&](const Kill& kill) { return kill.prey == prey; }));
}

bool Killer::has_hit(Prey prey, const std::string& pod) const {
  return std::any_of(kills_.begin(), kills_.end(),
                     [&](const Kill& kill) { return kill.prey == prey && kill.pod == pod; });
}

}  // namespace integration
