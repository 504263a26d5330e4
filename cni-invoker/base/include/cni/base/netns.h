// Network namespaces: which one it is, whatever path and number it goes by, and what is done in it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::base {

// All numbers are of one boot. The kernel gives an inode number again, mostly at once, when its namespace is gone; a
// cookie and an id never. The two are numberings of their own and are not compared with each other.
struct NetnsIdentity {
  std::uint64_t device = 0;  // as stat(2) tells them
  std::uint64_t inode = 0;
  std::uint64_t cookie = 0;  // SO_NETNS_COOKIE, from Linux 5.14 on; 0: not asked for, because there is an id
  std::uint64_t id = 0;      // NS_GET_ID, from Linux 6.18 on; 0: this kernel has none
  bool operator==(const NetnsIdentity&) const = default;

  // Whether `found` is the namespace that this was written down of: each number that was (not 0) has to be found again.
  // Of a namespace that has neither cookie nor id, because it could not be asked just now, device and inode.
  bool is(const NetnsIdentity& found) const;
};

// Kind::not_found: no such file. Kind::invalid: something other than a network namespace, such as the plain file that
// is left under /run/netns when the namespace is unmounted. Takes an ioctl; before Linux 6.18 a thread of a moment, and
// the rights to enter the namespace: without them, as before 5.14, inode and device are all there is.
Result<NetnsIdentity> identify_netns(const std::string& path);
Result<NetnsIdentity> identify_netns(const Fd& netns, const std::string& name);  // `name` is for errors

// Whether the calling thread is in the namespace that is behind the path now. Errors as above.
Result<bool> is_own_netns(const std::string& path);

// What cni/in_netns.h tells of; the second where the namespace is open already, with a name for errors.
Result<void> run_in_netns(const std::string& path, const std::function<Result<void>()>& work);
Result<void> run_in_netns(const Fd& netns, const std::string& name, const std::function<Result<void>()>& work);

}  // namespace cni::base
