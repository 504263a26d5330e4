// A process in a container: its first one, or an exec's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/capabilities.h"

namespace podrun {

// Ids are those inside.
struct Process {
  std::vector<std::string> args;  // args[0] is looked up in env's PATH unless it holds a slash
  std::vector<std::pair<std::string, std::string>> env;
  std::string cwd = "/";
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;
  capabilities::Set capabilities = 0;
  capabilities::Set ambient = 0;  // of these, those that a user other than root keeps through an exec
  bool no_new_privileges = true;
  bool seccomp = true;  // false: no filter
  // The filter where it is not podrun's default one, an instruction each: code, jt, jf and k, from the highest bits
  // down. Decided once: an exec years later has the same, whatever has become of the file it was made of.
  std::vector<std::uint64_t> seccomp_filter;
  // What confines it from its exec on, by AppArmor; empty: what confines podrun, which is nothing as a rule. Decided
  // once, likewise.
  std::string apparmor_profile;
  bool terminal = false;  // one of the container's own, whose master goes to the client
};

}  // namespace podrun
