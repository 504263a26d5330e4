// A classic BPF machine as seccomp restricts it (seccomp_check_filter() in the kernel's kernel/seccomp.c): aligned
// 32-bit loads from seccomp_data, arithmetic, forward jumps, sixteen words of scratch memory. Whatever the kernel would
// refuse to load answers SECCOMP_RET_KILL_PROCESS here.
#include <array>
#include <cstring>
#include <optional>

#include "runtime/kernel/seccomp.h"

namespace podrun::seccomp {
namespace {

struct Machine {
  const seccomp_data& call;
  std::uint32_t a = 0, x = 0;
  std::array<std::uint32_t, BPF_MEMWORDS> memory{};
};

// The value a load instruction brings; empty when its address is outside what seccomp allows.
std::optional<std::uint32_t> load_word(const Machine& machine, const sock_filter& step) {
  switch (BPF_MODE(step.code)) {
    case BPF_IMM:
      return step.k;
    case BPF_LEN:
      return std::uint32_t{sizeof(seccomp_data)};
    case BPF_MEM:
      if (step.k >= machine.memory.size()) return {};
      return machine.memory.at(step.k);
    case BPF_ABS: {
      if (BPF_CLASS(step.code) != BPF_LD || BPF_SIZE(step.code) != BPF_W) return {};
      if (step.k % sizeof(std::uint32_t) != 0 || step.k >= sizeof(seccomp_data)) return {};
      std::uint32_t word = 0;
      std::memcpy(&word, reinterpret_cast<const char*>(&machine.call) + step.k, sizeof word);
      return word;
    }
    default:
      return {};
  }
}

std::optional<std::uint32_t> calculate(std::uint16_t code, std::uint32_t a, std::uint32_t b) {
  switch (BPF_OP(code)) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return a * b;
    case BPF_DIV:
      if (b == 0) return {};
      return a / b;
    case BPF_AND:
      return a & b;
    case BPF_OR:
      return a | b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      if (b >= 32) return {};
      return a << b;
    case BPF_RSH:
      if (b >= 32) return {};
      return a >> b;
    case BPF_NEG:
      return 0U - a;
    default:
      return {};
  }
}

// How many instructions a jump skips.
std::optional<std::size_t> jump(const sock_filter& step, std::uint32_t a, std::uint32_t b) {
  switch (BPF_OP(step.code)) {
    case BPF_JA:
      return step.k;
    case BPF_JEQ:
      return a == b ? step.jt : step.jf;
    case BPF_JGT:
      return a > b ? step.jt : step.jf;
    case BPF_JGE:
      return a >= b ? step.jt : step.jf;
    case BPF_JSET:
      return (a & b) != 0 ? step.jt : step.jf;
    default:
      return {};
  }
}

}  // namespace

std::uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& call) {
  constexpr std::uint32_t kRefused = SECCOMP_RET_KILL_PROCESS;
  Machine machine{.call = call};
  for (std::size_t at = 0; at < program.size(); ++at) {  // jumps only go forward, so this ends
    const sock_filter& step = program[at];
    const std::uint32_t operand = BPF_SRC(step.code) == BPF_X ? machine.x : step.k;
    switch (BPF_CLASS(step.code)) {
      case BPF_LD:
      case BPF_LDX: {
        const auto value = load_word(machine, step);
        if (!value) return kRefused;
        (BPF_CLASS(step.code) == BPF_LD ? machine.a : machine.x) = *value;
        break;
      }
      case BPF_ST:
      case BPF_STX:
        if (step.k >= machine.memory.size()) return kRefused;
        machine.memory.at(step.k) = BPF_CLASS(step.code) == BPF_ST ? machine.a : machine.x;
        break;
      case BPF_ALU: {
        const auto value = calculate(step.code, machine.a, operand);
        if (!value) return kRefused;
        machine.a = *value;
        break;
      }
      case BPF_JMP: {
        const auto skipped = jump(step, machine.a, operand);
        if (!skipped || *skipped >= program.size() - at - 1) return kRefused;
        at += *skipped;
        break;
      }
      case BPF_RET:
        return BPF_RVAL(step.code) == BPF_A ? machine.a : step.k;
      default:  // BPF_MISC
        if (BPF_MISCOP(step.code) == BPF_TAX)
          machine.x = machine.a;
        else
          machine.a = machine.x;
        break;
    }
  }
  return kRefused;  // the end without a return
}

}  // namespace podrun::seccomp
