// Links to directories that stand where something is copied to (/bin -> usr/bin), and that are gone along: by who
// stands in a root of its own, which they lead nowhere out of.
#pragma once

#include <sys/stat.h>

#include <set>
#include <string>
#include <utility>

#include "runtime/kernel/types.h"

namespace podrun::copy {

// What comes with a tar leads nowhere: a link that the copy has made itself is none to go along (CVE-2019-11251).
class LinkFollower {
 public:
  void is_ours(const struct stat& link) { ours_.emplace(link.st_dev, link.st_ino); }

  // The directory that the link `leaf` leads to, each step by itself. procfs's magic links are read as the text that
  // they show, and never jump. Errors: ENOTDIR, ENOENT, ELOOP; corrupt where the way goes along a link of ours.
  Result<Fd> directory(int parent, const std::string& leaf) const;

 private:
  std::set<std::pair<dev_t, ino_t>> ours_;
};

}  // namespace podrun::copy
