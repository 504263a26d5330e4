// Sets, by the kernel's own interface: this part is linked into the shim, which has no room for libcap.
#include "runtime/kernel/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace podrun::capabilities {
namespace {

constexpr unsigned kBits = 64;

constexpr Set bit(unsigned number) { return Set{1} << number; }

// Version 3 of capget(2): two elements of 32 bits a set, the low one first.
using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

constexpr std::uint32_t low(Set set) { return static_cast<std::uint32_t>(set); }
constexpr std::uint32_t high(Set set) { return static_cast<std::uint32_t>(set >> 32U); }

}  // namespace

constexpr Set kDefault = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_FSETID) | bit(CAP_KILL) |
                         bit(CAP_SETGID) | bit(CAP_SETUID) | bit(CAP_SETPCAP) | bit(CAP_NET_BIND_SERVICE) |
                         bit(CAP_NET_RAW) | bit(CAP_SYS_CHROOT) | bit(CAP_MKNOD) | bit(CAP_AUDIT_WRITE) |
                         bit(CAP_SETFCAP);
constexpr Set kForFiles = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER);

Set all() {
  Set set = 0;
  // EINVAL past the last one; unlike /proc/sys/kernel/cap_last_cap this needs no /proc (prctl(2)).
  for (unsigned number = 0; number < kBits && ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
    set |= bit(number);
  return set;
}

Result<Set> permitted() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Words words{};
  if (::syscall(SYS_capget, &header, words.data()) != 0) return Error::system(errno, "read capabilities");
  return Set{words[1].permitted} << 32U | words[0].permitted;
}

Result<void> limit_bounding_set(Set keep) {
  for (unsigned number = 0; number < kBits; ++number) {
    const int present = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (present < 0) break;
    if (present == 1 && (keep & bit(number)) == 0 && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0)
      return Error::system(errno, "drop capability " + std::to_string(number) + " from the bounding set");
  }
  return {};
}

Result<void> keep_through_change() {
  return ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 ? Result<void>() : Error::system(errno, "keep capabilities");
}

Result<void> apply(Set set, Set ambient) {
  // What the bounding set keeps, root's next execve would give back (capabilities(7)): never trust that a caller did
  // this.
  TRY(limit_bounding_set(set));
  // setresuid from root to another user emptied the permitted set; capset(2) may only narrow what is there. Ambient is
  // cut by the kernel to what is both permitted and inheritable: an empty inheritable set empties it too.
  const Set kept = set & TRY(permitted());
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const Set inherited = kept & ambient;
  const Words words{{{low(kept), low(kept), low(inherited)}, {high(kept), high(kept), high(inherited)}}};
  if (::syscall(SYS_capset, &header, words.data()) != 0) return Error::system(errno, "set capabilities");
  for (unsigned number = 0; number < kBits; ++number)
    if ((inherited & bit(number)) != 0 && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0)
      return Error::system(errno, "make capability " + std::to_string(number) + " ambient");
  return {};
}

}  // namespace podrun::capabilities
