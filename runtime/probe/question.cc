#include "runtime/probe/question.h"

#include <algorithm>

#include "runtime/kernel/clock.h"

namespace podrun::probe {
namespace {

class Sleep : public Question {
 public:
  explicit Sleep(std::int64_t until) : until_(until) {}
  void await(Wait& wait) const override { wait.at_most_until(until_); }
  bool go_on() override { return boot_time() >= until_ && answer({.succeeded = true, .failure = {}}); }

 private:
  std::int64_t until_;
};

class Answered : public Question {
 public:
  explicit Answered(Outcome outcome) { answer(std::move(outcome)); }
  void await(Wait& wait) const override { wait.at_most_until(1); }
  bool go_on() override { return true; }
};

}  // namespace

// Cut short, it has still slept: whoever waits for it has no more time.
std::unique_ptr<Question> sleep_for(const SleepAction& action, std::int64_t until) {
  const std::int64_t end = boot_time() + action.seconds * std::int64_t{1'000'000'000};
  return std::make_unique<Sleep>(until == 0 ? end : std::min(end, until));
}

std::unique_ptr<Question> answered(Outcome outcome) { return std::make_unique<Answered>(std::move(outcome)); }

}  // namespace podrun::probe
