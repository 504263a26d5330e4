// Rules that nftables' trace cannot tell of, since they come before it: nftables' ingress hooks, and tc's filters.
#pragma once

#include <string>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// Of one link, by nft and tc; none where these programs are not there.
std::vector<Hook> untraced_rules(const OpenSpace& space, int place, const Link& link);

// Of what `nft -a list ruleset` says: rules and policies that drop what comes in by the device.
std::vector<Hook> ingress_drops(const std::string& ruleset, const std::string& device);
// Of what `tc filter show dev DEVICE ingress` says.
std::vector<Hook> filter_drops(const std::string& filters, const std::string& device);

}  // namespace podrun::packet
