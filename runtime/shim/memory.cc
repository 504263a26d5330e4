#include "runtime/shim/memory.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace podrun::shim {

void give_back_program_pages() {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto* const headers = reinterpret_cast<const Elf64_Phdr*>(::getauxval(AT_PHDR));
  for (unsigned long i = 0; i < ::getauxval(AT_PHNUM); ++i) {
    const auto& header = headers[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = header.p_vaddr & ~(page - 1);  // not position-independent: addresses are final
    ::madvise(reinterpret_cast<void*>(begin), header.p_vaddr + header.p_memsz - begin, MADV_DONTNEED);
  }
}

}  // namespace podrun::shim
