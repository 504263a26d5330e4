// What a piece of work asks of the disk, and when it feeds a plugin, seen from outside by ptrace(2): a flush that is
// missing fails no read, so nothing but the system calls tells.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cni::testing {

// Runs `work` in a process of its own and returns, in their order, of all its threads:
//   "flush PATH"      an fsync or fdatasync that has succeeded, of what was open as that
//   "rename PATH"     a rename that has succeeded, to that path
//   "remove PATH"     an unlink, whatever comes of it
//   "feed TEXT"       the beginning of a write into a pipe
// A temporary file's digits are left out: "/d/file.tmp.". What it starts runs free. The test fails where `work` says
// false.
std::vector<std::string> traced(const std::function<bool()>& work);

}  // namespace cni::testing
