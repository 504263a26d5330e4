// Links of a network namespace, made and taken away by rtnetlink(7). All of it is about the namespace of the calling
// thread.
#pragma once

#include <string>

#include "base/ip.h"
#include "runtime/kernel/types.h"

namespace podrun::links {

// A bridge that is up. One that is there already is success.
Result<void> make_bridge(const std::string& name);

struct Veth {
  std::string name;   // here, a port of `bridge`
  std::string alias;  // what is said of it here, for people
  std::string bridge;
  std::string peer;  // the other end's, in that namespace
  int peer_netns = -1;
};
// This end is up. Kind::exists when one of the names is taken.
Result<void> make_veth(const Veth& veth);
Result<void> bring_up(const std::string& link);

// An address of the link's own, without asking whether another has it: it works at once.
Result<void> add_address(const std::string& link, const base::IpAddress& address, int prefix_length);

// A veth goes with its other end. What is absent is success.
Result<void> remove(const std::string& name);

}  // namespace podrun::links
