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

// This machine's: uname(2), and of amd64 the level of its psABI that the processor has (v1 to v4).
Platform this_platform();

// How well `offered` suits `machine`: 0 is best, larger is worse, negative does not run. As containerd's platforms.Only
// has it: names are normalised ("x86_64", "aarch64", arm64 without variant is v8, arm is v7), a machine runs the older
// variants too, amd64 also 386 and arm64 also arm. One that does not say what it is for counts as the worst that may
// run: its config decides.
int fitness(const Platform& offered, const Platform& machine);

}  // namespace podrun::image
