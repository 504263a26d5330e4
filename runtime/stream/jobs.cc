#include "runtime/stream/jobs.h"

#include <system_error>
#include <utility>

namespace podrun::stream {

bool Jobs::start(std::function<void()> work, std::function<void()> done) {
  if (threads_.size() >= most_) return false;
  const std::size_t job = ++last_;
  try {
    threads_.emplace(job, std::thread([this, job, work = std::move(work), done = std::move(done)]() mutable {
                       work();
                       work = nullptr;  // what it held of descriptors is closed before anybody hears of the end
                       loop_.post([this, job, done = std::move(done)] { ended(job, done); });
                     }));
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void Jobs::ended(std::size_t job, const std::function<void()>& done) {
  const auto thread = threads_.find(job);
  thread->second.join();
  threads_.erase(thread);
  done();
  if (threads_.empty())
    if (const auto idle = std::exchange(idle_, nullptr)) idle();
}

void Jobs::when_idle(std::function<void()> idle) {
  idle_ = std::move(idle);
  if (threads_.empty()) std::exchange(idle_, nullptr)();
}

}  // namespace podrun::stream
