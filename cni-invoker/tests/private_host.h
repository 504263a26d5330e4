// A host of its own for tests that run real plugins: a fresh network and mount namespace for the whole test program,
// with empty /run and /var/lib/cni. Needs root.
#pragma once

#include <string>

namespace cni::testing {

// Empty: this process is now in namespaces of its own. Else why it cannot be.
std::string enter_private_host();

// A network namespace, bound to /run/netns/NAME for as long as the object lives.
class Netns {
 public:
  explicit Netns(const std::string& name);
  Netns(const Netns&) = delete;
  Netns& operator=(const Netns&) = delete;
  ~Netns();
  const std::string& path() const { return path_; }

  // Another one at the same path, with the same inode number. False if it cannot be had.
  bool remake();

 private:
  void make() const;
  void unmake() const;
  std::string path_;
};

// Output of a shell command.
std::string shell(const std::string& command);

}  // namespace cni::testing
