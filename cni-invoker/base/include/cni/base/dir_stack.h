// The way down into a directory tree of any depth. What a container made may be nested beyond every path's length and
// every limit of descriptors, so each step is one name, and only the lowest levels are kept open: an upper one is
// opened again through "..", and has to be the directory that it was. No step follows a link, or enters another mount
// unless it is told to.
#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::base {

class DirStack {
 public:
  enum class Mounts { stay_outside, are_entered };
  explicit DirStack(Fd root, Mounts mounts = Mounts::stay_outside) : mounts_(mounts) {
    levels_.push_back(Level{{}, std::move(root)});
  }

  int fd() const { return levels_.back().fd.get(); }  // of the directory it stands in
  const std::string& name() const { return levels_.back().name; }
  bool at_root() const { return levels_.size() == 1; }

  // One step down. Errors: error_number EXDEV where something is mounted; ENOTDIR or ELOOP for what is no directory.
  Result<void> enter(const std::string& name);

  // The directory above. Kind::busy with ESTALE when the one we stand in has been moved elsewhere.
  Result<int> parent();
  Result<void> leave();  // one step up; errors as parent()
  void back_to_root() { levels_.erase(levels_.begin() + 1, levels_.end()); }

  // The next entry of the directory it stands in, without . and ..; null at the end. Valid until the next call or step.
  Result<const dirent64*> next();
  // next() starts anew; returns how often that has been asked of this directory.
  int rewind();

  // From below the root on, for messages: one line, at most some 200 bytes.
  std::string shown(const std::string& leaf = {}) const;

 private:
  struct Level {
    std::string name;
    Fd fd;                              // not open: above the lowest ones
    std::unique_ptr<char[]> entries{};  // as getdents64(2) gave them
    std::size_t size = 0, at = 0;
    off_t position = 0;  // of the next entry
    int rewinds = 0;
    dev_t device = 0;  // while it is not open
    ino_t inode = 0;
  };
  Result<void> let_go(Level& level) const;
  Fd open_directory(int parent, const char* name) const;
  Mounts mounts_;
  std::vector<Level> levels_;
};

}  // namespace cni::base
