// What may befall an attachment while it is up, one thing at a time. Which of it can, follows from what ADD has made.
#pragma once

#include <string>

#include "kit/src/lab.h"
#include "kit/src/world/made.h"

namespace cni::kit {

// An attachment that stands.
struct Standing {
  Lab& lab;
  Pod& pod;
  const Made& made;
};

// Does the damage, and says which: "address 10.1.0.2/16 taken off eth0". Empty: there is nothing of the kind.
using Damage = Result<std::string> (*)(const Standing& at);

// The pod's end
Result<std::string> delete_link(const Standing& at);
Result<std::string> rename_link(const Standing& at);
Result<std::string> flush_addresses(const Standing& at);
Result<std::string> delete_routes(const Standing& at);
Result<std::string> change_mac(const Standing& at);
Result<std::string> take_link_down(const Standing& at);
Result<std::string> take_out_of_vrf(const Standing& at);
Result<std::string> delete_policy_rules(const Standing& at);
Result<std::string> take_lo_down(const Standing& at);
Result<std::string> set_back(const Standing& at);  // a sysctl, an MTU, promiscuity: to what it was before ADD
// The host
Result<std::string> take_off_bridge(const Standing& at);
Result<std::string> delete_reservation(const Standing& at);
Result<std::string> flush_dnat(const Standing& at);
Result<std::string> flush_filter(const Standing& at);
Result<std::string> flush_masquerade(const Standing& at);
Result<std::string> delete_qdisc(const Standing& at);
Result<std::string> delete_ifb(const Standing& at);
Result<std::string> stop_forwarding(const Standing& at);

}  // namespace cni::kit
