// The end of a pod, under way: its containers have been asked to end, and once they have, or have had their time, the
// pod is taken down. Or that of a container alone (stop_container.h). Several go on side by side: who takes all of its
// time holds up none of the others.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

namespace probe {
struct Wait;
}
class Ending;
using Endings = std::vector<std::unique_ptr<Ending>>;

class PodEnd {
 public:
  using Finish = std::function<Result<void>()>;

  // Where nobody runs, finish() is all there is to do. `awaited`: who `running` are, for who is told that they were not
  // waited for.
  PodEnd(Endings running, Finish finish,
         std::string awaited = "its containers, which have been asked to end; the pod goes with them");
  PodEnd(PodEnd&&) noexcept;
  PodEnd& operator=(PodEnd&&) noexcept;
  ~PodEnd();

  // As a probe::Task. True once it is over.
  void await(probe::Wait& wait) const;
  bool go_on();

  const Result<void>& result() const { return result_; }  // once it is over
  const std::string& awaited() const { return awaited_; }

 private:
  Endings running_;
  Finish finish_;
  std::string awaited_;
  Result<void> result_;
};

using BeginEnd = std::function<Result<PodEnd>(std::size_t number)>;
using TellEnd = std::function<void(std::size_t number, const Result<void>& result)>;

// Begins `count` of them one after another, and tells of each once it is over, or why it is not. What needs no waiting
// is done at once, in their order; the others go on together. A signal begins no more and ends the wait for those that
// are left, with EINTR: their containers have been asked, and the pods go on without us (orphaned_end.h).
void end_pods(std::size_t count, const BeginEnd& begin, const TellEnd& tell);

// The same of one.
Result<void> end_pod(Result<PodEnd> begun);

}  // namespace podrun
