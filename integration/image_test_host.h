// For tests of `podrun image`: layouts to push and to import, and what the store has.
#pragma once

#include <string>
#include <vector>

#include "integration/test_host.h"

namespace integration {

class ImageTest : public PodrunTest {
 protected:
  std::string layout() const { return dir() + "/layout"; }
  // A layout with the test's root filesystem, and a layer on it with /etc/edition that says `edition`. `size`: bytes of
  // noise in a layer of their own.
  void make_image(const std::string& edition, std::size_t noise = 0) const;

  Output image(const std::vector<std::string>& words, const std::string& in = {}) const;
  std::string listed() const { return image({"list", "-o", "json"}).out; }
  std::vector<std::string> names() const;  // of all images
  std::string left_in_tmp() const;         // names of what is there; empty for nothing
  std::size_t layers() const;              // how many are unpacked

  Json of_image(const std::string& reference, const std::string& policy = "") const;
  std::string edition(const std::string& pod) const { return exec(pod, {"cat", "/etc/edition"}).out; }
};

}  // namespace integration
