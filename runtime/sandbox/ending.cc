#include "runtime/sandbox/ending.h"

#include <algorithm>

#include "runtime/kernel/clock.h"
#include "runtime/sandbox/ask.h"

namespace podrun {
namespace {

constexpr std::int64_t kLastTime = 2'000'000'000;

}  // namespace

std::unique_ptr<Ending> Ending::of(const PodRecord& pod, const ContainerRecord& container) {
  auto process = open_process(container.life.process);
  if (!process) return nullptr;
  return std::unique_ptr<Ending>(new Ending(pod, container, std::move(*process)));
}

void Ending::ask(const Host& host, std::int64_t deadline) {
  deadline_ = deadline;
  warn_ = host.warn;
  if (const auto& pre_stop = container_.plan.hooks.pre_stop)
    hook_ = podrun::ask(pod_, container_, *pre_stop, deadline);
  else
    signal_it();
}

void Ending::wait_until(std::int64_t deadline) {
  deadline_ = deadline;
  owes_signal_ = container_.plan.hooks.pre_stop.has_value() && deadline > boot_time();
}

// Interrupted: the next who ends it does not begin the hook anew.
Ending::~Ending() {
  if (!hook_) return;
  hook_.reset();
  signal_it();
}

void Ending::signal_it() { send_signal(process_.get(), container_.plan.stop_signal); }

void Ending::await(probe::Wait& wait) const {
  wait.for_fd(process_.get(), POLLIN);
  if (hook_) hook_->await(wait);
  wait.at_most_until(deadline_);
}

bool Ending::go_on() {
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, 0) > 0) return true;
  if (hook_ && hook_->go_on()) finish_hook();
  if (hook_ || boot_time() < deadline_) return false;
  if (!owes_signal_) return true;
  owes_signal_ = false;
  signal_it();
  deadline_ = boot_time() + kLastTime;
  return false;
}

void Ending::finish_hook() {
  if (!hook_->outcome().succeeded)
    warn_("container '" + container_.plan.name + "': preStop: " + hook_->outcome().failure);
  hook_.reset();
  signal_it();
  deadline_ = std::max(deadline_, boot_time() + kLastTime);
}

}  // namespace podrun
