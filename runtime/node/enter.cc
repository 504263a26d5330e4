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

// Where its holder is (Cgroup::keep_entry()). One that is gone by now is not made again.
Result<void> join_cgroup(const NodeRecord& node) {
  const CgroupHost host = TRY(CgroupHost::discover());
  const bool is_v1 = host.unified.empty();
  const std::string keep = (is_v1 ? host.with("pids")->mount : host.unified) + node.cgroup + "/keep";
  return base::write_in_place(keep + (is_v1 ? "/tasks" : "/cgroup.procs"), "0");
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
  TRY(join_cgroup(node).in("enter node \"" + name + "\""));
  return enter_namespaces(holder->get());
}

}  // namespace podrun
