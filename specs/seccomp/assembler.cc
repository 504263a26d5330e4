#include "specs/seccomp/assembler.h"

namespace podrun::profiles {
namespace {
constexpr std::size_t kReach = 255;  // jt and jf are bytes
}

Assembler::Label Assembler::emit(std::uint16_t code, std::uint32_t k) {
  reversed_.push_back({.code = code, .jt = 0, .jf = 0, .k = k});
  return reversed_.size() - 1;
}

Assembler::Label Assembler::answer(std::uint32_t action) {
  const auto found = answers_.find(action);
  if (found != answers_.end() && distance(found->second) <= kReach / 2) return found->second;
  return answers_[action] = emit(BPF_RET | BPF_K, action);
}

Assembler::Label Assembler::within_reach(Label target, std::size_t reach) {
  if (distance(target) <= reach) return target;
  return emit(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(distance(target)));
}

Assembler::Label Assembler::branch(std::uint16_t comparison, std::uint32_t k, Label if_true, Label if_false) {
  if_false = within_reach(if_false, kReach - 1);  // one less: if_true may need a long jump after this
  if_true = within_reach(if_true, kReach);
  const auto jt = static_cast<std::uint8_t>(distance(if_true));
  const auto jf = static_cast<std::uint8_t>(distance(if_false));
  reversed_.push_back({.code = static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), .jt = jt, .jf = jf, .k = k});
  return reversed_.size() - 1;
}

}  // namespace podrun::profiles
