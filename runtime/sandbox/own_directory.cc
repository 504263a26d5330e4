#include "runtime/sandbox/own_directory.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

#include "base/files.h"
#include "runtime/kernel/filesystem.h"
#include "runtime/store/private_dir.h"

namespace podrun {

Result<void> make_own_directory(const std::string& chosen, const std::string& usual) {
  return chosen == usual ? make_private_dir(chosen) : base::make_dirs(chosen, 0700);
}

// What is in the data directory and in no box is taken for the rest of a pod. That is true only for one state
// directory, so a data directory belongs to the first it was used with.
Result<void> claim_data_directory(const Layout& layout) {
  const std::string& state = layout.directories().state;
  TRY(make_own_directory(layout.directories().data, Directories().data));
  const std::string link = layout.data_owner();
  if (::symlink(state.c_str(), link.c_str()) == 0) return {};
  if (errno == EPERM || errno == EOPNOTSUPP)
    return Error{Kind::unsupported, errno,
                 "use data directory '" + layout.directories().data + "': its filesystem (" +
                     filesystem_type(layout.directories().data) +
                     ") has no links or owners; choose another --data-dir"};
  if (errno != EEXIST) return Error::system(errno, "make '" + link + "'");
  std::array<char, PATH_MAX> owner{};
  const ssize_t size = ::readlink(link.c_str(), owner.data(), owner.size());
  if (size < 0) return Error::system(errno, "read '" + link + "'");
  if (std::string_view(owner.data(), static_cast<std::size_t>(size)) == state) return {};
  return Error{Kind::invalid, 0,
               "use data directory '" + layout.directories().data + "' with state directory '" + state +
                   "': it belongs to '" + std::string(owner.data(), static_cast<std::size_t>(size)) +
                   "' (give both --state-dir and --data-dir)"};
}

}  // namespace podrun
