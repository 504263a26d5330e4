// A question to a container, as a probe or a hook asks it, and the answer. Whoever answers is not trusted: it may say
// nothing, or never stop. Each question ends at its time at the latest, and keeps a bounded part of what it is told.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/model/probe.h"
#include "runtime/probe/task.h"

namespace podrun::probe {

class Question : public Task {
 public:
  // Once it is over.
  const Outcome& outcome() const { return outcome_; }

 protected:
  // What go_on() returns.
  bool answer(Outcome outcome) {
    outcome_ = std::move(outcome);
    return true;
  }
  bool fail(std::string why) { return answer({.succeeded = false, .failure = std::move(why)}); }

 private:
  Outcome outcome_;
};

// Where the pod is asked.
struct Place {
  Fd netns;             // its network namespace; empty: the caller's own
  std::string address;  // where an action names none
};

// `until`: CLOCK_BOOTTIME, nanoseconds; 0: however long it takes. Where the question cannot even be asked, the error
// is the answer.
std::unique_ptr<Question> ask_http(const Place& place, const HttpAction& action, std::int64_t until);
std::unique_ptr<Question> ask_tcp(const Place& place, const TcpAction& action, std::int64_t until);
std::unique_ptr<Question> ask_grpc(const Place& place, const GrpcAction& action, std::int64_t until);
std::unique_ptr<Question> sleep_for(const SleepAction& action, std::int64_t until);
// Over already.
std::unique_ptr<Question> answered(Outcome outcome);

}  // namespace podrun::probe
