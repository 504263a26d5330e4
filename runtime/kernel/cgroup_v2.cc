#include "runtime/kernel/cgroup_v2.h"

#include <sstream>

#include "base/files.h"
#include "runtime/kernel/cgroup_dir.h"

namespace podrun::cgroup_v2 {
namespace {

std::string processes_of(const std::string& dir) {
  std::string text = base::read_file(dir + "/cgroup.procs").value_or("");
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// A cgroup that hands down controllers can have no processes of its own (cgroup-v2.rst, "No Internal Process
// Constraint").
Error inhabited(const std::string& dir) {
  return {Kind::busy, EBUSY,
          "hand down controllers in cgroup '" + dir + "': it has processes of its own, " + processes_of(dir) +
              "and so cannot (move them into a cgroup below it, or give another --cgroup-parent)"};
}

// What systemd does when it starts in a container, and the start scripts of images for containers in containers;
// without either nobody has done it. The processes stay within the same limits.
Result<void> move_into_leaf(const std::string& root) {
  const std::string leaf = root + "/init";
  TRY(make_cgroup(leaf));
  std::istringstream pids(processes_of(root));
  for (std::string pid; pids >> pid;) {
    if (pid == "0") return inhabited(root);  // of a pid namespace that is not ours: not ours to move either
    auto moved = base::write_in_place(leaf + "/cgroup.procs", pid);
    if (!moved && moved.error().error_number != ESRCH)
      return std::move(moved).error().in("move the processes of cgroup '" + root + "' into a leaf");
  }
  return {};
}

}  // namespace

Result<void> hand_down(const std::string& dir) {
  const std::string file = dir + "/cgroup.subtree_control";
  if (base::write_in_place(file, "+memory +cpu +pids")) return {};
  for (const char* one : {"+memory", "+cpu", "+pids"}) {
    auto written = base::write_in_place(file, one);
    if (written || written.error().error_number == ENOENT) continue;
    return written.error().error_number == EBUSY ? inhabited(dir) : std::move(written).error();
  }
  return {};
}

Result<void> hand_down_to(const std::string& mount, const std::string& path) {
  if (base::write_in_place(mount + path + "/cgroup.subtree_control", "+memory +cpu +pids")) return {};  // nearly always
  constexpr int kPatience = 20;  // processes that are starting others meanwhile
  auto handed = hand_down(mount);
  for (int attempt = 0; !handed && handed.error().error_number == EBUSY && attempt < kPatience; ++attempt) {
    TRY(move_into_leaf(mount));
    handed = hand_down(mount);
  }
  TRY(std::move(handed));
  for (std::size_t end = path.find('/', 1); !path.empty(); end = path.find('/', end + 1)) {
    TRY(hand_down(mount + path.substr(0, end)));
    if (end == std::string::npos) break;
  }
  return {};
}

}  // namespace podrun::cgroup_v2
