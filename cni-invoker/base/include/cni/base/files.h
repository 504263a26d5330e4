// Files as both libraries use them: read whole with a limit, written whole and durably, trees made and removed without
// following a link.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::base {

// Opens with O_CLOEXEC added. The error names the path.
Result<Fd> open_file(const std::string& path, int flags, mode_t mode = 0);

// The whole content; more than `limit` bytes is Kind::invalid. Works on procfs and cgroupfs, whose size is unknown.
Result<std::string> read_file(const std::string& path, std::size_t limit = 16U << 20U);
Result<std::string> read_all(int fd, std::string_view name, std::size_t limit = 16U << 20U);

// Replaces or makes `path` so that a reader, also one after a power cut, sees the old content or the new, never a part:
// temporary file beside it, fsync, rename, fsync of the directory.
Result<void> write_file_durably(const std::string& path, std::string_view bytes, mode_t mode = 0600);

// Writes into the existing inode in one write(2): kernel files.
Result<void> write_in_place(const std::string& path, std::string_view bytes);

Result<void> write_all(int fd, std::string_view bytes, std::string_view name);

// mkdir -p; `mode` is the last one's, less the umask; parents get 0755. Takes no group and no ACL from what it is in.
Result<void> make_dirs(const std::string& path, mode_t mode = 0755);

// make_dirs(), and the last one has exactly this mode, whatever the umask.
Result<void> make_exact_dir(const std::string& path, mode_t mode);

// Removes a file or a whole tree of any depth, immutable and append-only files too. Follows no link and enters no other
// mount; what is absent already is success. Needs no space on the disk and some 35 descriptors. Errors: busy, where
// something is mounted inside.
Result<void> remove_tree(const std::string& path);
Result<void> remove_file(const std::string& path);  // unlink; ENOENT is success, and a name too long to be a file's

// Names in a directory, sorted, without . and ..; a missing directory is Kind::not_found.
Result<std::vector<std::string>> list_dir(const std::string& path);

bool path_exists(const std::string& path);

// Whether the error is that of a full disk or of a quota that is used up. What takes things away goes on then.
bool is_out_of_space(const Error& error);

// Lower-case hex of random bytes from getrandom(2).
std::string random_hex(std::size_t bytes);

}  // namespace cni::base
