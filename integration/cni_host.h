// What the tests of `podrun cni` share: a network namespace "blue", a network "lab", and cnitool beside podrun.
#pragma once

#include "integration/test_host.h"

namespace integration {

Unmet cnitool();  // built where Go is

class CniHostTest : public PodrunTest {
 protected:
  void SetUp() override;
  void TearDown() override;

  void configure(const std::string& file, const std::string& text) const;
  // 10-lab.conflist: a bridge with addresses from 10.203.0.0/24, and what is to stand behind it in the list.
  void configure_lab(const std::string& version = "1.0.0", const std::string& chained = "",
                     const std::string& ipam = "host-local") const;

  Output cni(std::vector<std::string> args) const;
  Output cnitool_run(const std::string& operation) const;  // in lab and blue
  Json attachments() const;
  // A directory of plugins of the test's own: copies of some of Debian's, or scripts.
  std::string own_plugins() const { return dir() + "/plugins"; }
  void copy_plugins(const std::string& from, const std::vector<std::string>& names) const;
  void write_plugin(const std::string& name, const std::string& script) const;

  static std::string links(const std::string& netns) { return run({"ip", "-n", netns, "-o", "link"}).out; }
  static std::string leases() { return run({"sh", "-c", "ls /var/lib/cni/networks/lab | grep -c '^10\\.'"}).out; }
};

}  // namespace integration
