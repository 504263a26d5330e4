// Numbers of system calls: libseccomp's, and what Debian 12's libseccomp 2.5.4 does not say.
#include <map>

#include "specs/seccomp/program.h"

namespace podrun::profiles {
namespace {

// Newer than libseccomp 2.5.4. Since Linux 5.0 a new call has the same number everywhere (syscall.tbl of each
// architecture).
const std::map<std::string_view, int> kNewer = {
    {"map_shadow_stack", 453}, {"futex_wake", 454},    {"futex_wait", 455},        {"futex_requeue", 456},
    {"statmount", 457},        {"listmount", 458},     {"lsm_get_self_attr", 459}, {"lsm_set_self_attr", 460},
    {"lsm_list_modules", 461}, {"mseal", 462},         {"setxattrat", 463},        {"getxattrat", 464},
    {"listxattrat", 465},      {"removexattrat", 466}, {"open_tree_attr", 467},    {"file_getattr", 468},
    {"file_setattr", 469}};

// One architecture's own; the others have no such call.
const std::map<std::string_view, int> kOnlyOnX86_64 = {{"uretprobe", 335}, {"uprobe", 336}};

// On i386 libseccomp answers with a pseudo number for what was once reached only through socketcall(2) and ipc(2).
// These are the direct calls (since Linux 2.6.33 to 5.1). A condition on their arguments does not bind the old way in,
// whose arguments lie in memory: a profile that has one refuses socketcall or ipc.
const std::map<std::string_view, int> kDirectOnX86 = {
    {"recvmmsg", 337},    {"sendmmsg", 345},    {"socket", 359},  {"socketpair", 360}, {"bind", 361},
    {"connect", 362},     {"listen", 363},      {"accept4", 364}, {"getsockopt", 365}, {"setsockopt", 366},
    {"getsockname", 367}, {"getpeername", 368}, {"sendto", 369},  {"sendmsg", 370},    {"recvfrom", 371},
    {"recvmsg", 372},     {"shutdown", 373},    {"semget", 393},  {"semctl", 394},     {"shmget", 395},
    {"shmctl", 396},      {"shmat", 397},       {"shmdt", 398},   {"msgget", 399},     {"msgsnd", 400},
    {"msgrcv", 401},      {"msgctl", 402}};

}  // namespace

base::Result<int> syscall_number(const std::string& name, std::uint32_t architecture) {
  const int number = ::seccomp_syscall_resolve_name_arch(architecture, name.c_str());
  if (number >= 0) return number;
  if (number == __NR_SCMP_ERROR) {
    const auto newer = kNewer.find(name);
    if (newer != kNewer.end()) return newer->second;
    const auto own = kOnlyOnX86_64.find(name);
    if (own != kOnlyOnX86_64.end()) return architecture == SCMP_ARCH_X86_64 ? own->second : -1;
    return base::Error{base::Kind::not_found, 0, "resolve system call '" + name + "': nobody knows it"};
  }
  if (architecture == SCMP_ARCH_X86)
    if (const auto direct = kDirectOnX86.find(name); direct != kDirectOnX86.end()) return direct->second;
  return number;
}

}  // namespace podrun::profiles
