// A directory of a test's own, gone with it. ctest runs every test as a process, several at a time, so a name that is
// written in the source is a name that two of them share.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cni/base/files.h"

namespace cni::base {

class TempDir {
 public:
  // Below that directory; without one, where temporary files go.
  explicit TempDir(const std::string& above = std::filesystem::temp_directory_path().string())
      : path_(above + "/podrun-unit.XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr) << path_;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { EXPECT_TRUE(remove_tree(path_)) << path_; }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file, making its directories; returns its path.
  std::string write(const std::string& name, const std::string& content, mode_t mode = 0644) const {
    const std::string file = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << content;
    ::chmod(file.c_str(), mode);
    return file;
  }

 private:
  std::string path_;
};

}  // namespace cni::base
