#include "specs/seccomp/program.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <span>

#include "specs/seccomp/assembler.h"
#include "specs/seccomp/ranges.h"

namespace podrun::profiles {
namespace {

using base::Result;
using Label = Assembler::Label;

// Of the argument's low word.
std::uint32_t argument_offset(const scmp_arg_cmp& condition) {
  static_assert(std::endian::native == std::endian::little);
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + condition.arg * sizeof(std::uint64_t));
}

constexpr std::uint32_t kX32 = 0x40000000;  // __X32_SYSCALL_BIT: a third way into an x86-64 kernel

bool lets_through(std::uint32_t action) { return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG; }

bool is_64bit(std::uint32_t architecture) {
  constexpr std::uint32_t k64Bit = 0x80000000;  // __AUDIT_ARCH_64BIT; SCMP_ARCH_* are AUDIT_ARCH_* values
  return (architecture & k64Bit) != 0;
}

class Compiler {
 public:
  explicit Compiler(const Profile& profile) : profile_(profile) {}

  Result<std::vector<sock_filter>> compile() {
    const bool is_closed = lets_through(profile_.default_action);
    const auto architectures = std::span(profile_.architectures).first(is_closed ? 1 : profile_.architectures.size());
    const std::uint32_t elsewhere = is_closed ? SCMP_ACT_ERRNO(ENOSYS) : profile_.default_action;
    std::vector<Label> entries;
    for (auto it = architectures.rbegin(); it != architectures.rend(); ++it) {
      wide_ = is_64bit(*it);
      const std::vector<Range> all = TRY(ranges(profile_, *it));
      Label found = search(all);
      if (is_closed && *it == SCMP_ARCH_X86_64)
        found = assembler_.branch(BPF_JGE, kX32, assembler_.answer(elsewhere), found);
      assembler_.go_on_at(found);
      entries.push_back(assembler_.load(offsetof(seccomp_data, nr)));
    }
    Label next = assembler_.answer(elsewhere);
    auto entry = entries.begin();  // the native architecture's comes last here, and so first in the program
    for (auto it = architectures.rbegin(); it != architectures.rend(); ++it)
      next = assembler_.branch(BPF_JEQ, *it, *entry++, next);
    assembler_.load(offsetof(seccomp_data, arch));
    return assembler_.program();
  }

 private:
  Label search(std::span<const Range> part) {
    if (part.size() == 1) return decide(part.front().decision);
    const std::size_t middle = middle_of(part);
    const Label upper = search(part.subspan(middle));
    const Label lower = search(part.first(middle));
    return assembler_.branch(BPF_JGE, part[middle].first, upper, lower);
  }

  Label decide(const Decision& decision) {
    if (decision.size() == 1 && decision.front()->conditions.empty())
      return assembler_.answer(decision.front()->action);
    Label next = assembler_.answer(profile_.default_action);
    for (auto rule = decision.rbegin(); rule != decision.rend();) {
      const auto group_end = std::find_if_not(rule, decision.rend(), [&](const Rule* other) {
        return other == *rule || (asks_for_bit(*other) && asks_for_bit(**rule) && other->action == (*rule)->action &&
                                  other->conditions[0].arg == (*rule)->conditions[0].arg);
      });
      next = group_end - rule > 1 ? any_bit({rule, group_end}, next) : alternative(**rule, next);
      rule = group_end;
    }
    return next;
  }

  // Neighbours that each ask for one bit of the low word of one argument ("any CLONE_NEW* flag") become one
  // instruction.
  static bool asks_for_bit(const Rule& rule) {
    if (rule.conditions.size() != 1) return false;
    const scmp_arg_cmp& only = rule.conditions[0];
    return only.op == SCMP_CMP_MASKED_EQ && only.datum_a == only.datum_b && std::has_single_bit(only.datum_a) &&
           only.datum_a <= ~std::uint32_t{0};
  }

  Label any_bit(const Decision& rules, Label otherwise) {
    std::uint32_t bits = 0;
    for (const Rule* rule : rules) bits |= static_cast<std::uint32_t>(rule->conditions[0].datum_a);
    const Label holds = assembler_.answer(rules.front()->action);
    assembler_.branch(BPF_JSET, bits, holds, otherwise);
    return assembler_.load(argument_offset(rules.front()->conditions[0]));
  }

  Label alternative(const Rule& rule, Label otherwise) {
    Label holds = assembler_.answer(rule.action);
    for (auto it = rule.conditions.rbegin(); it != rule.conditions.rend(); ++it) holds = test(*it, holds, otherwise);
    return holds;
  }

  // A 64-bit argument is compared word by word: the high words decide unless they are equal. The kernel leaves the high
  // word of a 32-bit task zero.
  Label test(const scmp_arg_cmp& condition, Label holds, Label otherwise) {
    const bool masked = condition.op == SCMP_CMP_MASKED_EQ;
    const std::uint64_t mask = masked ? condition.datum_a : ~std::uint64_t{0};
    const std::uint64_t value = masked ? condition.datum_b : condition.datum_a;
    const auto pick = [&](std::initializer_list<scmp_compare> operators) {
      return std::find(operators.begin(), operators.end(), condition.op) != operators.end() ? holds : otherwise;
    };
    const Label less = pick({SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_NE});
    const Label equal = pick({SCMP_CMP_EQ, SCMP_CMP_LE, SCMP_CMP_GE, SCMP_CMP_MASKED_EQ});
    const Label greater = pick({SCMP_CMP_GT, SCMP_CMP_GE, SCMP_CMP_NE});

    const std::uint32_t offset = argument_offset(condition);
    const Label low =
        word(offset, static_cast<std::uint32_t>(mask), static_cast<std::uint32_t>(value), less, equal, greater);
    if (!wide_) return low;
    constexpr std::uint32_t kWord = sizeof(std::uint32_t);
    return word(offset + kWord, static_cast<std::uint32_t>(mask >> 32U), static_cast<std::uint32_t>(value >> 32U), less,
                low, greater);
  }

  Label word(std::uint32_t offset, std::uint32_t mask, std::uint32_t value, Label less, Label equal, Label greater) {
    if (mask == 0 && value == 0) return equal;
    if (less == greater) {
      assembler_.branch(BPF_JEQ, value, equal, less);
    } else {
      const Label not_greater = equal == less ? less : assembler_.branch(BPF_JEQ, value, equal, less);
      assembler_.branch(BPF_JGT, value, greater, not_greater);
    }
    if (mask != ~std::uint32_t{0}) assembler_.emit(BPF_ALU | BPF_AND | BPF_K, mask);
    return assembler_.load(offset);
  }

  const Profile& profile_;
  Assembler assembler_;
  bool wide_ = false;  // arguments of the architecture being compiled have 64 bits
};

}  // namespace

Result<std::vector<sock_filter>> compile(const Profile& profile) { return Compiler(profile).compile(); }

}  // namespace podrun::profiles
