// Attachment: one interface of one container in one network, and what the caller says about it. The same values must be
// given to CHECK and DEL as were to ADD; the ledger keeps them. Spec section 2, "CNI Operations", parameters.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/result.h"
#include "cni/json.h"

namespace cni {

struct Attachment {
  std::string container_id;     // CNI_CONTAINERID
  std::string netns;            // CNI_NETNS: path of the network namespace, spelled alike at every operation
  std::string ifname = "eth0";  // CNI_IFNAME
  std::vector<std::pair<std::string, std::string>> args;  // CNI_ARGS, in this order
  JsonObject capability_args;    // by capability: "portMappings": [...]; each plugin gets those it asks for
  JsonObject conventional_args;  // merged into the plugin configuration under args.cni (CONVENTIONS.md)
};

// Each is Kind::invalid with a message that names value and rule.
Result<void> check_container_id(std::string_view id);    // a letter or digit, then those and _ . -
Result<void> check_network_name(std::string_view name);  // the same rule
// What the kernel takes, and no more: 1 to 15 bytes, not . or .., no / : % white space or control character.
Result<void> check_ifname(std::string_view ifname);
// Neither key nor value may be empty or hold ; or =: plugins split there.
Result<void> check_args(const std::vector<std::pair<std::string, std::string>>& args);
// All of the above.
Result<void> check_attachment(const Attachment& attachment);

// "K=V;K=V"
std::string join_args(const std::vector<std::pair<std::string, std::string>>& args);
// "K=V;K=V" as a person types it, checked.
Result<std::vector<std::pair<std::string, std::string>>> parse_args(std::string_view text);
// The pairs of such a text that are well-formed, and nothing of the others: for a DEL, which odd arguments must not
// stop.
std::vector<std::pair<std::string, std::string>> well_formed_args(std::string_view text);

}  // namespace cni
