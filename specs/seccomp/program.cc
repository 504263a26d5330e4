#include "specs/seccomp/program.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <span>

#include "specs/seccomp/assembler.h"

namespace podrun::profiles {
namespace {

using base::Error;
using base::Kind;
using base::Result;
using Label = Assembler::Label;

using Decision = std::vector<const Rule*>;  // alternatives; none: the default action

// From `first` up to the next range's first, every call has the same decision.
struct Range {
  std::uint32_t first;
  Decision decision;
};

bool is_64bit(std::uint32_t architecture) {
  constexpr std::uint32_t k64Bit = 0x80000000;  // __AUDIT_ARCH_64BIT; SCMP_ARCH_* are AUDIT_ARCH_* values
  return (architecture & k64Bit) != 0;
}

// Rules of each number. An unconditional rule swallows conditional ones of the same action and contradicts any other.
Result<std::map<std::uint32_t, Decision>> decisions(const Profile& profile, std::uint32_t architecture) {
  std::map<std::uint32_t, Decision> result;
  for (const Rule& rule : profile.rules) {
    for (const std::string& name : rule.names) {
      const int number = TRY(syscall_number(name, architecture));
      if (number < 0) continue;
      Decision& decision = result[static_cast<std::uint32_t>(number)];
      for (const Rule* other : decision)
        if (other->action != rule.action && (other->conditions.empty() || rule.conditions.empty()))
          return Error{Kind::invalid, 0, "rules for system call '" + name + "' contradict each other"};
      if (rule.conditions.empty()) decision.clear();
      if (decision.empty() || !decision.front()->conditions.empty()) decision.push_back(&rule);
    }
  }
  return result;
}

bool same_answer(const Decision& a, const Decision& b) {
  if (a == b) return true;
  const auto unconditional = [](const Decision& d) { return d.size() == 1 && d.front()->conditions.empty(); };
  return unconditional(a) && unconditional(b) && a.front()->action == b.front()->action;
}

// The last range is open: numbers of x32 (bit 30 set) and -1, which a tracer puts in to skip a call, get the default.
std::vector<Range> ranges(const std::map<std::uint32_t, Decision>& decisions) {
  std::vector<Range> result = {{.first = 0, .decision = {}}};
  const auto append = [&](std::uint32_t first, const Decision& decision) {
    if (result.back().first == first)
      result.back().decision = decision;
    else if (!same_answer(result.back().decision, decision))
      result.push_back({first, decision});
  };
  std::uint32_t next = 0;
  for (const auto& [number, decision] : decisions) {
    if (number != next) append(next, {});
    append(number, decision);
    next = number + 1;
  }
  append(next, {});
  return result;
}

class Compiler {
 public:
  explicit Compiler(const Profile& profile) : profile_(profile) {}

  Result<std::vector<sock_filter>> compile() {
    const auto& architectures = profile_.architectures;
    std::vector<Label> entries;
    for (auto it = architectures.rbegin(); it != architectures.rend(); ++it) {
      wide_ = is_64bit(*it);
      const std::vector<Range> all = ranges(TRY(decisions(profile_, *it)));
      assembler_.go_on_at(search(all));
      entries.push_back(assembler_.load(offsetof(seccomp_data, nr)));
    }
    Label next = assembler_.answer(profile_.default_action);
    auto entry = entries.begin();  // the native architecture's comes last here, and so first in the program
    for (auto it = architectures.rbegin(); it != architectures.rend(); ++it)
      next = assembler_.branch(BPF_JEQ, *it, *entry++, next);
    assembler_.load(offsetof(seccomp_data, arch));
    return assembler_.program();
  }

 private:
  Label search(std::span<const Range> part) {
    if (part.size() == 1) return decide(part.front().decision);
    const std::size_t middle = part.size() / 2;
    const Label upper = search(part.subspan(middle));
    const Label lower = search(part.first(middle));
    return assembler_.branch(BPF_JGE, part[middle].first, upper, lower);
  }

  Label decide(const Decision& decision) {
    if (decision.size() == 1 && decision.front()->conditions.empty())
      return assembler_.answer(decision.front()->action);
    Label next = assembler_.answer(profile_.default_action);
    for (auto rule = decision.rbegin(); rule != decision.rend(); ++rule) next = alternative(**rule, next);
    return next;
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

    static_assert(std::endian::native == std::endian::little);
    const auto offset =
        static_cast<std::uint32_t>(offsetof(seccomp_data, args) + condition.arg * sizeof(std::uint64_t));
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
