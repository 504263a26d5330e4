// The end of a pod's cgroups: everything in them killed, the tree removed.
#include "runtime/kernel/cgroup_end.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <thread>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/cgroup_dir.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Children of a cgroup directory, each before its parent, the directory itself last. Only directories: a cgroup has
// some thirty files, and readdir(3) tells them apart without a system call each.
void leaves_first(const std::string& dir, std::vector<std::string>& found) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(dir.c_str()), ::closedir);
  if (!stream) return;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") leaves_first(dir + "/" + entry->d_name, found);
  }
  found.push_back(dir);
}

std::vector<pid_t> processes_below(const std::string& dir) {
  std::vector<std::string> dirs;
  leaves_first(dir, dirs);
  std::vector<pid_t> pids;
  for (const auto& one : dirs) {
    const auto here = processes_of(one);
    pids.insert(pids.end(), here.begin(), here.end());
  }
  return pids;
}

// cgroup.events tells when the last process of the whole subtree has gone. Its notification comes up to 10 ms late (the
// kernel limits its rate, kernfs_notify), long after the processes: so the file is also looked at in between.
Result<bool> wait_unpopulated(const std::string& dir, steady_clock::time_point deadline) {
  auto events = base::open_file(dir + "/cgroup.events", O_RDONLY);
  if (!events) return events.error().kind == Kind::not_found ? Result<bool>(true) : std::move(events).error();
  std::chrono::microseconds pause(200);
  for (;;) {
    char text[128];
    const ssize_t got = ::pread(events->get(), text, sizeof(text), 0);
    if (got < 0) return errno == ENODEV ? Result<bool>(true) : Error::system(errno, "read '" + dir + "/cgroup.events'");
    if (std::string_view(text, static_cast<std::size_t>(got)).find("populated 0") != std::string_view::npos)
      return true;
    if (steady_clock::now() >= deadline) return false;
    const timespec limit{0, std::chrono::nanoseconds(pause).count()};
    pollfd poll{.fd = events->get(), .events = POLLPRI, .revents = 0};
    ::ppoll(&poll, 1, &limit, nullptr);
    pause = std::min(pause * 2, std::chrono::microseconds(20'000));
  }
}

// v1 has no cgroup.kill: with no more forks allowed, killing what is listed until nothing is listed comes to an end.
bool kill_listed_once(const std::string& dir) {
  (void)base::write_in_place(dir + "/pids.max", "0");
  const auto listed = processes_below(dir);  // none, when it is gone
  std::map<pid_t, Fd> held;
  for (const pid_t pid : listed) held[pid] = open_pidfd(pid);
  // A pid may have become another's before it was held. Who is listed once more is in the cgroup.
  for (const pid_t pid : processes_below(dir))
    if (const auto process = held.find(pid); process != held.end()) send_signal(process->second.get(), SIGKILL);
  return listed.empty();
}

bool kill_listed(const std::string& dir, steady_clock::time_point deadline) {
  for (milliseconds pause(1);; pause = std::min(pause * 2, milliseconds(50))) {
    if (kill_listed_once(dir)) return true;
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(pause);
  }
}

Result<void> remove_dir(const std::string& dir) {
  // A process that has just ended may still be on its way out of a v1 cgroup.
  for (int attempt = 0; ::rmdir(dir.c_str()) != 0 && errno != ENOENT; ++attempt) {
    if (errno != EBUSY || attempt == 100) return Error::system(errno, "remove cgroup '" + dir + "'");
    std::this_thread::sleep_for(milliseconds(1));
  }
  return {};
}

// With cgroup v2 the kernel kills, with v1 we do.
Result<void> kill_all(const std::string& dir, milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  bool empty = true;
  auto killed = base::write_in_place(dir + "/cgroup.kill", "1");
  if (killed)
    empty = TRY(wait_unpopulated(dir, deadline));
  else if (killed.error().kind == Kind::not_found)
    empty = kill_listed(dir, deadline);  // where the directory is gone, too: then nobody is listed
  else
    return killed;
  if (empty) return {};
  std::string who;
  for (const pid_t pid : processes_below(dir)) who += " " + std::to_string(pid);
  return Error{Kind::timeout, ETIMEDOUT, "end the pod's processes: still there after SIGKILL:" + who};
}

}  // namespace

bool kill_once(const std::string& cgroup) {
  auto killed = base::write_in_place(cgroup + "/cgroup.kill", "1");
  return killed || killed.error().kind != Kind::not_found || kill_listed_once(cgroup);
}

Result<std::vector<pid_t>> Cgroup::processes() const { return processes_below(tracking_dir()); }

Result<void> Cgroup::kill(milliseconds limit) const { return kill_all(tracking_dir(), limit); }

Result<void> Cgroup::kill_container(const std::string& name, milliseconds limit) const {
  return kill_all(container_dir(name), limit);
}

// Until a look finds nobody: who forks meanwhile is found by the next. A bomb may outrun us, for a while.
void Cgroup::kill_session(const std::string& name, pid_t session) const {
  for (int looks = 0; looks < 100; ++looks) {
    bool found = false;
    for (const pid_t pid : processes_below(container_dir(name))) {
      if (::getsid(pid) != session) continue;
      const Fd process = open_pidfd(pid);
      // Still who was looked at, now that its pid cannot be another's any more?
      if (!process || ::getsid(pid) != session) continue;
      found = send_signal(process.get(), SIGKILL) || found;
    }
    if (!found) return;
    std::this_thread::sleep_for(milliseconds(1));
  }
}

Result<void> Cgroup::remove_container(const std::string& name) const {
  for (const auto* list : {&host_.v1, &host_.v1_on_demand})
    for (const auto& hierarchy : *list) TRY(remove_dir(hierarchy.mount + path_ + "/ctr-" + name));
  return host_.unified.empty() ? Result<void>() : remove_dir(host_.unified + path_ + "/ctr/" + name);
}

Result<bool> Cgroup::renew_aux() const {
  const std::string pod = tracking_dir();
  if (!base::path_exists(pod)) return false;
  // What is cloned into a cgroup that was killed once is killed too: fork compares its count of kills with that of the
  // cgroup the clone comes from (Linux 6.14, "cgroup: fix race between fork and cgroup.kill"). A new one counts from 0.
  const std::string aux = pod + "/aux";
  TRY(remove_dir(aux));
  if (::mkdir(aux.c_str(), 0755) != 0) return Error::system(errno, "make cgroup '" + aux + "'");
  if (host_.unified.empty()) TRY(base::write_in_place(pod + "/pids.max", "max"));  // as kill_listed() left it: 0
  return true;
}

Result<void> Cgroup::remove() const {
  std::vector<std::string> dirs;
  for (const auto* list : {&host_.v1, &host_.v1_on_demand})
    for (const auto& hierarchy : *list) leaves_first(hierarchy.mount + path_, dirs);
  if (!host_.unified.empty()) leaves_first(host_.unified + path_, dirs);
  for (const auto& dir : dirs) TRY(remove_dir(dir));
  ::rmdir(daemons_dir().c_str());  // busy as long as a daemon is there
  return {};
}

}  // namespace podrun
