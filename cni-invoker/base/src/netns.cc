#include "cni/base/netns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <future>
#include <system_error>

#include "cni/base/files.h"
#include "cni/base/try.h"

#ifndef NS_GET_ID  // include/uapi/linux/nsfs.h of Linux 6.18
#define NS_GET_ID _IOR(NSIO, 13, __u64)
#endif

namespace cni::base {
namespace {

Result<Fd> open_netns(const std::string& path) {
  // Not blocking, should it be a pipe.
  return open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).in("network namespace");
}

// What stat(2) tells.
Result<NetnsIdentity> number_of(const Fd& netns, const std::string& name) {
  struct stat info {};
  if (::fstat(netns.get(), &info) != 0) return Error::system(errno, "stat '" + name + "'");
  if (::ioctl(netns.get(), NS_GET_NSTYPE) == CLONE_NEWNET)
    return NetnsIdentity{.device = info.st_dev, .inode = info.st_ino, .cookie = 0, .id = 0};
  return Error{Kind::invalid, 0, "'" + name + "' is no network namespace"};
}

std::uint64_t cookie_of(const Fd& netns, const std::string& name) {
  std::uint64_t cookie = 0;
  const auto asked = run_in_netns(netns, name, [&]() -> Result<void> {
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    socklen_t size = sizeof cookie;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0) return {};
    return Error::system(errno, "ask for a cookie");
  });
  return asked ? cookie : 0;
}

bool found_again(std::uint64_t then, std::uint64_t now) { return then == 0 || then == now; }

}  // namespace

bool NetnsIdentity::is(const NetnsIdentity& found) const {
  if (!found_again(device, found.device) || !found_again(inode, found.inode)) return false;
  // Where no thread can be had just now to ask for a cookie, the inode number is what is left.
  if (found.cookie == 0 && found.id == 0) return true;
  return found_again(cookie, found.cookie) && found_again(id, found.id);
}

Result<NetnsIdentity> identify_netns(const std::string& path) {
  const Fd netns = TRY(open_netns(path));
  return identify_netns(netns, path);
}

Result<NetnsIdentity> identify_netns(const Fd& netns, const std::string& name) {
  NetnsIdentity identity = TRY(number_of(netns, name));
  if (::ioctl(netns.get(), NS_GET_ID, &identity.id) == 0) return identity;
  identity.id = 0;
  identity.cookie = cookie_of(netns, name);
  return identity;
}

// Both exist while they are compared, so that inode numbers are enough.
Result<bool> is_own_netns(const std::string& path) {
  const std::string own = "/proc/thread-self/ns/net";
  const Fd there = TRY(open_netns(path));
  const Fd here = TRY(open_netns(own));
  return TRY(number_of(there, path)) == TRY(number_of(here, own));
}

Result<void> run_in_netns(const std::string& path, const std::function<Result<void>()>& work) {
  const Fd netns = TRY(open_netns(path));
  return run_in_netns(netns, path, work);
}

Result<void> run_in_netns(const Fd& netns, const std::string& name, const std::function<Result<void>()>& work) {
  const auto enter_and_work = [&]() -> Result<void> {
    if (::setns(netns.get(), CLONE_NEWNET) == 0) return work();
    if (errno == EINVAL) return Error{Kind::invalid, 0, "'" + name + "' is no network namespace"};
    return Error::system(errno, "enter network namespace '" + name + "'");
  };
  std::future<Result<void>> outcome;
  try {
    outcome = std::async(std::launch::async, enter_and_work);
  } catch (const std::system_error& error) {
    return Error::system(error.code().value(), "start a thread for network namespace '" + name + "'");
  }
  return outcome.get();
}

}  // namespace cni::base
