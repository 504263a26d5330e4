// What is wrong with a manifest: all of it, in the order it was found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::manifest {

class Problems {
 public:
  // What is told from now on is of this document, named by `source`.
  void begin(std::string source);
  // Without a path it is of the document as a whole.
  void add(const std::string& path, std::string_view problem, Kind kind = Kind::invalid);
  // The same of a value that nobody can read: whatever else is said of it, or of what is in it, is not told.
  void add_unreadable(const std::string& path, std::string_view problem, Kind kind = Kind::invalid);
  bool empty() const { return found_.empty(); }

  // All of them (ManifestProblems). Kind::unsupported when none is a mistake.
  Error error() &&;

 private:
  std::string source_;
  std::vector<std::string> found_;
  std::vector<std::string> unreadable_;  // paths
  std::size_t left_out_ = 0;
  Kind kind_ = Kind::unsupported;
};

}  // namespace podrun::manifest
