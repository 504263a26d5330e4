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
    send_signal(process_.get(), container_.plan.stop_signal);
}

void Ending::await(probe::Wait& wait) const {
  wait.for_fd(process_.get(), POLLIN);
  if (hook_) hook_->await(wait);
  wait.at_most_until(deadline_);
}

bool Ending::go_on() {
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, 0) > 0) return true;
  if (hook_ && hook_->go_on()) finish_hook();
  return !hook_ && boot_time() >= deadline_;
}

void Ending::finish_hook() {
  if (!hook_->outcome().succeeded)
    warn_("container '" + container_.plan.name + "': preStop: " + hook_->outcome().failure);
  hook_.reset();
  send_signal(process_.get(), container_.plan.stop_signal);
  deadline_ = std::max(deadline_, boot_time() + kLastTime);
}

}  // namespace podrun
