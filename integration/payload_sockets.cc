// Asks the kernel for a socket of every family, by each way in: "socket 38 EAFNOSUPPORT", "socketcall 2 ok".
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

void tell(const char* way, int family, long result) {
  std::cout << way << ' ' << family << ' ' << (result >= 0 ? "ok" : strerrorname_np(static_cast<int>(-result)))
            << std::endl;
  if (result >= 0) ::close(static_cast<int>(result));
}

#ifdef __x86_64__
// A call of the 32-bit kernel interface, whose pointers have 32 bits. A kernel without it ends us with SIGSEGV.
long call_of_i386(std::uint32_t number, std::uint32_t first, std::uint32_t second) {
  long result = 0;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(number), "b"(first), "c"(second)
               : "memory", "cc", "r8", "r9", "r10", "r11");
  return static_cast<std::int32_t>(result);
}
#endif

}  // namespace

int try_sockets(const Arguments&) {
  for (int family = 0; family < AF_MAX; ++family) {
    const int fd = ::socket(family, SOCK_DGRAM, 0);
    tell("socket", family, fd >= 0 ? fd : -errno);
  }
#ifdef __x86_64__
  constexpr std::uint32_t kSocketcall = 102, kSysSocket = 1;
  void* low = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) return 1;
  auto* arguments = static_cast<std::uint32_t*>(low);
  for (int family = 0; family < AF_MAX; ++family) {
    arguments[0] = static_cast<std::uint32_t>(family);
    arguments[1] = SOCK_DGRAM;
    arguments[2] = 0;
    tell("socketcall", family,
         call_of_i386(kSocketcall, kSysSocket, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(low))));
  }
#endif
  return 0;
}

}  // namespace payload
