// Builds a classic BPF program from its end to its beginning, so that every jump knows its target when it is written.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <map>
#include <vector>

namespace podrun::profiles {

class Assembler {
 public:
  // An instruction written before, counted from the end of the program.
  using Label = std::size_t;

  Label emit(std::uint16_t code, std::uint32_t k);
  Label load(std::uint32_t offset) { return emit(BPF_LD | BPF_W | BPF_ABS, offset); }

  // A return of `action`; shares one that is near.
  Label answer(std::uint32_t action);

  // Compares the accumulator with `k` (BPF_JEQ, BPF_JGT, BPF_JGE). Conditional jumps reach 255 instructions: for a
  // target beyond that a long jump is put between.
  Label branch(std::uint16_t comparison, std::uint32_t k, Label if_true, Label if_false);

  // What is written next runs into `target`.
  void go_on_at(Label target) { within_reach(target, 0); }

  // Turned round into the order the kernel runs it in.
  std::vector<sock_filter> program() const { return {reversed_.rbegin(), reversed_.rend()}; }

 private:
  // Instructions that a jump written now would skip.
  std::size_t distance(Label target) const { return reversed_.size() - 1 - target; }
  Label within_reach(Label target, std::size_t reach);

  std::vector<sock_filter> reversed_;
  std::map<std::uint32_t, Label> answers_;
};

}  // namespace podrun::profiles
