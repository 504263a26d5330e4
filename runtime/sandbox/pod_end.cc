#include "runtime/sandbox/pod_end.h"

#include "base/interruption.h"
#include "runtime/sandbox/ending.h"

namespace podrun {
namespace {

constexpr std::size_t kMost = 200;  // at a time: each needs a descriptor for each of its containers

class UnderWay {
 public:
  explicit UnderWay(const TellEnd& tell) : tell_(tell) {}

  void add(std::size_t number, PodEnd end) { ends_.push_back({number, std::move(end)}); }

  // Until no more than so many are left.
  Result<void> go_on(std::size_t left) {
    for (;;) {
      std::erase_if(ends_, [&](One& one) {
        const bool is_over = one.end.go_on();
        if (is_over) tell_(one.number, one.end.result());
        return is_over;
      });
      if (ends_.size() <= left) return {};
      probe::Wait wait;
      for (const One& one : ends_) one.end.await(wait);
      TRY(probe::wait_for(wait));
    }
  }

  void leave(const Result<void>& why) const {
    for (const One& one : ends_) tell_(one.number, Result<void>(why).in("wait for " + one.end.awaited()));
  }

 private:
  struct One {
    std::size_t number;
    PodEnd end;
  };

  const TellEnd& tell_;
  std::vector<One> ends_;
};

}  // namespace

PodEnd::PodEnd(Endings running, Finish finish, std::string awaited)
    : running_(std::move(running)), finish_(std::move(finish)), awaited_(std::move(awaited)) {}
PodEnd::PodEnd(PodEnd&&) noexcept = default;
PodEnd& PodEnd::operator=(PodEnd&&) noexcept = default;
PodEnd::~PodEnd() = default;

void PodEnd::await(probe::Wait& wait) const {
  for (const auto& ending : running_) ending->await(wait);
}

bool PodEnd::go_on() {
  std::erase_if(running_, [](const std::unique_ptr<Ending>& ending) { return ending->go_on(); });
  if (!running_.empty()) return false;
  result_ = finish_();
  return true;
}

void end_pods(std::size_t count, const BeginEnd& begin, const TellEnd& tell) {
  UnderWay under_way(tell);
  Result<void> waited;
  for (std::size_t number = 0; number < count; ++number) {
    const auto may_begin = base::check_interruption();
    auto begun = may_begin ? begin(number) : Result<PodEnd>(may_begin.error());
    if (!begun) {
      tell(number, begun.error());
      continue;
    }
    under_way.add(number, std::move(*begun));
    if (waited) waited = under_way.go_on(kMost);
  }
  if (waited) waited = under_way.go_on(0);
  under_way.leave(waited);
}

Result<void> end_pod(Result<PodEnd> begun) {
  Result<void> ended;
  end_pods(
      1, [&](std::size_t) { return std::move(begun); },
      [&](std::size_t, const Result<void>& result) { ended = result; });
  return ended;
}

}  // namespace podrun
