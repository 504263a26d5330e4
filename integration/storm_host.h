// What the storms share: numbered pods of one network, made and deleted many at a time.
#pragma once

#include <set>
#include <string>

#include "integration/crowd.h"
#include "integration/test_host.h"

namespace integration {

class StormTest : public PodrunTest {
 protected:
  // A hundred; a fifth of it where the machine is emulated, whose iptables-nft starts anew whenever another one has
  // changed the rules, and with a hundred at once comes to no end.
  static inline const int kPods = slow_factor() == 1 ? 100 : 20;

  void SetUp() override;

  static std::string name_of(int number) { return "pod-" + std::to_string(number); }
  // The first kPods with a port of the host's, so that every plugin of the network has something to do. The others
  // can be checked: portmap's CHECK of a port wants the IPv6 rules too where there is no IPv6 address (plugins 1.1.1).
  Command create_number(int number) const;
  // Its server, which is pid 1 to itself, knows no SIGTERM: it stays for the whole of a grace period.
  Command delete_number(int number, int grace_period = 0) const;
  // Every one of so many waits for the others: for processors, and for the lock of iptables.
  static Command patient(Command command);

  std::set<std::string> pods_that_stand() const;
  std::string ip_of(const std::string& name) const;
  void expect_works(const std::string& name) const;  // inside, and through the network
  void expect_addresses_are_unique(const std::set<std::string>& names) const;
  static void expect_all_succeeded(const Crowd& crowd);
};

}  // namespace integration
