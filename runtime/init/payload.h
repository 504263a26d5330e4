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

// A pseudo-terminal from the container's own /dev/pts, as the controlling terminal of a new session. Returns its
// master.
Result<Fd> make_terminal(std::uint32_t uid, std::uint32_t gid);

// Everything that can fail before "ready": signals, privileges, user, working directory. After it the process has the
// payload's rights, but for seccomp where no_new_privileges lets that come last.
Result<void> become_user(const Process& process);

// The program's path as execve will find it, looked up with the payload's own rights. Kind::not_found or Kind::denied,
// which the CLI turns into 127 and 126 as shells do.
Result<std::string> find_program(const Process& process);

// Seccomp where it is still due, and execve; returns only to say why it did not happen. `program` is a descriptor where
// `path` is empty.
Error execute(const Process& process, const std::string& path, int program);

}  // namespace podrun::init
