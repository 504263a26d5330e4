// Functions that block, each in a thread of its own; the loop is told of their ends.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <thread>

#include "runtime/stream/loop.h"

namespace podrun::stream {

// All but `work` itself is called by the loop's thread.
class Jobs {
 public:
  Jobs(Loop& loop, std::size_t most) : loop_(loop), most_(most) {}

  // False: there are as many as there may be, or the machine has no thread left.
  bool start(std::function<void()> work, std::function<void()> done);

  // Calls back once none runs.
  void when_idle(std::function<void()> idle);

 private:
  void ended(std::size_t job, const std::function<void()>& done);

  Loop& loop_;
  std::size_t most_;
  std::map<std::size_t, std::thread> threads_;
  std::size_t last_ = 0;
  std::function<void()> idle_;
};

}  // namespace podrun::stream
