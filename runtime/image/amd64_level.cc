// The levels are in the x86-64 psABI, "Micro-Architecture Levels"; where the bits are, in cpuid(4).
#include "runtime/image/amd64_level.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace podrun::image {

#ifdef __x86_64__
namespace {

struct Features {
  unsigned leaf1_c = 0, leaf7_b = 0, extended_c = 0;
  unsigned saved = 0;  // XCR0: the registers that the kernel saves
};

// xgetbv, which the compiler's intrinsic wants a flag for.
unsigned saved_registers() {
  unsigned low = 0;
  unsigned high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

Features features() {
  Features found;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) != 0) found.leaf1_c = c;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) found.leaf7_b = b;
  if (__get_cpuid(0x80000001U, &a, &b, &c, &d) != 0) found.extended_c = c;
  if ((found.leaf1_c & bit_OSXSAVE) != 0) found.saved = saved_registers();
  return found;
}

bool has(unsigned value, unsigned bits) { return (value & bits) == bits; }

}  // namespace

int amd64_level() {
  constexpr unsigned kAvxRegisters = 0x6, kAvx512Registers = 0xe6;
  const Features found = features();
  if (!has(found.leaf1_c, bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT) ||
      !has(found.extended_c, bit_LAHF_LM))
    return 1;
  if (!has(found.leaf1_c, bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C) ||
      !has(found.leaf7_b, bit_BMI | bit_AVX2 | bit_BMI2) || !has(found.extended_c, bit_ABM) ||
      !has(found.saved, kAvxRegisters))
    return 2;
  if (!has(found.leaf7_b, bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL) ||
      !has(found.saved, kAvx512Registers))
    return 3;
  return 4;
}
#else
int amd64_level() { return 1; }
#endif

}  // namespace podrun::image
