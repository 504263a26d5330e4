// From "init in its final root" to "the payload": who it is, what it may do, which program it becomes.
#pragma once

#include <string>
#include <vector>

#include "runtime/init/plan.h"

namespace podrun::init {

// Becomes root of the user namespace it is in: until then it is nobody there, and could make no file.
Result<void> become_namespace_root();

// The payload's standard streams, in place of whatever was there.
Result<void> install_stdio(const std::vector<Fd>& streams);

// A pseudo-terminal from the container's own /dev/pts.
struct Terminal {
  Fd master;
  Fd slave;
};
Result<Terminal> make_terminal(std::uint32_t uid, std::uint32_t gid);
// Makes it the controlling terminal of the caller, who leads a session without one, and its standard streams.
Result<void> take_terminal(Fd slave);

// Tracing is out of the question until the payload runs (CVE-2016-9962): to be said again after each change of user,
// since fs.suid_dumpable may say otherwise.
void stay_undumpable();

// Signals, privileges, user, working directory (made where it is missing, if asked to). After it the process has the
// payload's rights.
Result<void> become_user(const Plan& plan, bool makes_cwd);

// The program's path as execve will find it, looked up with the payload's own rights. Kind::not_found or Kind::denied,
// which the CLI turns into 127 and 126 as shells do.
Result<std::string> find_program(const Process& process);

// The profile that the payload's exec brings; nothing is exec'ed before. As root of the user namespace, with the mounts
// that it began with. A process that is cloned later has it too.
Result<void> confine(const Plan& plan);

// The filter, where become_user() has not installed it already.
Result<void> install_seccomp(const Plan& plan);

// execve; returns only to say why it did not happen. `program` is a descriptor where `path` is empty.
Error execute(const Process& process, const std::string& path, int program);

}  // namespace podrun::init
