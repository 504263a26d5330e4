// What whoever tends a pod has under way: its probes, its hooks, and the ends of its containers, beside each other. All
// of it is given up with this object; the next one begins it anew.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/probe/question.h"
#include "runtime/sandbox/host.h"
#include "runtime/tend/next.h"

namespace podrun {

class Tending {
 public:
  explicit Tending(const Host& host) : host_(host) {}

  bool empty() const { return under_way_.empty(); }
  // A step that takes its time (not a start), unless it is under way already.
  void begin(const PodRecord& pod, const LiveContainer& container, const tend::Step& step);
  // Nobody needs an answer of who has ended.
  void forget_ended(const std::vector<LiveContainer>& containers);
  // Until something of it is over, and its outcome on record; one of `containers` ends; a second has passed; or it is
  // `at` (nanoseconds since the epoch; 0: never). True where nothing but answers has come: `containers` have them, and
  // need not be looked at again.
  Result<bool> go_on(std::vector<LiveContainer>& containers, std::int64_t at);

 private:
  struct UnderWay {
    tend::Step step;
    PodRecord pod;
    ContainerRecord container;
    std::int64_t began = 0;                     // nanoseconds since the epoch
    std::unique_ptr<probe::Task> task;          // of a stop; empty where there is no time to give
    std::unique_ptr<probe::Question> question;  // of the others

    probe::Task* work() const { return question ? question.get() : task.get(); }
  };
  // True where it was a question that one of `containers` has answered.
  Result<bool> finish(const UnderWay& one, std::vector<LiveContainer>& containers) const;

  const Host& host_;
  std::vector<UnderWay> under_way_;
};

}  // namespace podrun
