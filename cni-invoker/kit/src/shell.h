// A line of shell, run as a plugin is: for what is to be had in no other way (nft, iptables).
#pragma once

#include <optional>
#include <string>

namespace cni::kit {

// Its stdout, from the calling thread's network namespace; nullopt where it fails.
std::optional<std::string> output_of_shell(const std::string& line);

}  // namespace cni::kit
