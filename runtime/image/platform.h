// Which of an image's manifests fits this machine.
#pragma once

#include <string>

namespace podrun::image {

// In the names of Go, which OCI uses. Empty strings: not said.
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  bool said() const { return !os.empty() || !architecture.empty(); }
  std::string text() const;  // "linux/arm/v7"
};

// This machine's, by uname(2).
Platform this_platform();

// How well `offered` suits `machine`: 0 is best, larger is worse, negative does not run. One that does not say what it
// is for counts as the worst that may run: its config decides.
int fitness(const Platform& offered, const Platform& machine);

}  // namespace podrun::image
