#include "runtime/node/enter.h"

#include <sched.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/node/node_box.h"

namespace podrun {
namespace {

Result<void> check_ready(const NodeRecord& node) {
  const std::string which = "node \"" + node.name + "\"";
  if (node.state == NodeState::creating) return Error{Kind::busy, 0, which + " is not made yet"};
  if (node.state == NodeState::deleting) return Error{Kind::busy, 0, which + " is being deleted"};
  return {};
}

}  // namespace

Result<bool> enter_namespaces(int pidfd) {
  std::error_code none;
  const std::string directory = std::filesystem::current_path(none);
  if (::setns(pidfd, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS) != 0) return Error::system(errno, "enter the node");
  if (!directory.empty() && ::chdir(directory.c_str()) == 0) return true;
  if (::chdir("/") != 0) return Error::system(errno, "change directory to '/'");
  return false;
}

Result<bool> enter_node(const Layout& layout, const std::string& name) {
  const NodeRecord node = TRY(find_node(layout, name));
  TRY(check_ready(node));
  const auto holder = lives(node) ? open_process(node.holder) : Error{Kind::not_found, 0, ""};
  if (!holder)
    return Error{
        Kind::not_found, ESRCH,
        "node \"" + name + "\" is dead: the process that held it has ended (`podrun recover` takes away the rest)"};
  return enter_namespaces(holder->get());
}

Result<void> join_cgroup(const NodeRecord& node) {
  const CgroupEntry entry = TRY(Cgroup(TRY(CgroupHost::discover()), node.cgroup).keep_entry());
  if (entry.v2) return base::write_in_place("/proc/self/fd/" + std::to_string(entry.v2.get()) + "/cgroup.procs", "0");
  for (const Fd& tasks : entry.v1_tasks)
    if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the node's cgroup");
  return {};
}

}  // namespace podrun
