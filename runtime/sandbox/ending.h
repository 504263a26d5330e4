// A container given time to end by itself: its preStop, then its stop signal, and then it is waited for; all of that
// within one grace period.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/probe/question.h"
#include "runtime/sandbox/host.h"

namespace podrun {

class Ending : public probe::Task {
 public:
  // Empty where it does not run. What is not asked is only waited for.
  static std::unique_ptr<Ending> of(const PodRecord& pod, const ContainerRecord& container);

  // `deadline`: CLOCK_BOOTTIME, nanoseconds; then it is over in any case, and what still runs is to be killed. A hook
  // that took all of the time leaves it two more seconds from its stop signal on, as under a kubelet.
  void ask(const Host& host, std::int64_t deadline);
  // For whoever has asked before, who may be gone by now: where a preStop was to come before the stop signal, nobody
  // knows whether that was sent, so it is once the time is over. Not where no time is left from the beginning.
  void wait_until(std::int64_t deadline);
  ~Ending() override;

  void await(probe::Wait& wait) const override;
  bool go_on() override;

 private:
  Ending(const PodRecord& pod, ContainerRecord container, Fd process)
      : pod_(pod), container_(std::move(container)), process_(std::move(process)) {}
  void finish_hook();
  void signal_it();

  PodRecord pod_;
  ContainerRecord container_;
  Fd process_;
  std::int64_t deadline_ = 0;
  bool owes_signal_ = false;               // it is sent when the time is over
  std::unique_ptr<probe::Question> hook_;  // while it runs
  Warn warn_;
};

}  // namespace podrun
