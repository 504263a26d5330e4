#include "runtime/sandbox/seccomp_profile.h"

#include <fcntl.h>

#include "base/files.h"
#include "runtime/kernel/inside.h"
#include "runtime/kernel/regular_file.h"
#include "runtime/kernel/seccomp.h"
#include "specs/seccomp/program.h"

namespace podrun {
namespace {

constexpr std::size_t kLargestProfile = 1U << 20U;

Result<std::string> read_profile(const std::string& directory, const std::string& name) {
  const Fd top = TRY(base::open_file(directory, O_PATH | O_DIRECTORY));
  const Fd file = TRY(open_inside(top.get(), name, O_RDONLY | O_NONBLOCK));
  return read_regular(file, name, kLargestProfile);
}

Result<std::vector<sock_filter>> compile(const std::string& text) {
  auto program = TRY(profiles::compile(TRY(profiles::parse_profile(text))));
  if (program.size() > BPF_MAXINSNS)
    return Error{Kind::invalid, 0,
                 "it takes " + std::to_string(program.size()) + " instructions, and the kernel takes " +
                     std::to_string(BPF_MAXINSNS)};
  return program;
}

}  // namespace

Result<std::vector<std::uint64_t>> find_seccomp_filter(const std::string& directory, const std::string& name) {
  if (name.empty()) return std::vector<std::uint64_t>{};
  const std::string step = "read seccomp profile '" + directory + "/" + name + "'";
  return seccomp::packed(TRY(compile(TRY(read_profile(directory, name).in(step))).in(step)));
}

}  // namespace podrun
