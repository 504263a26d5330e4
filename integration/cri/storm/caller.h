// One client: a connection of its own, calls on it, and what was wrong with the answers.
#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "cri.grpc.pb.h"

namespace cri_storm {

namespace api = runtime::v1;
using Runtime = api::RuntimeService::Stub;
using Clock = std::chrono::steady_clock;

struct Storm {
  std::string socket;
  std::string image;
  std::string logs;
  Clock::time_point end;

  bool is_over() const { return Clock::now() >= end; }
};

// Printed at once; the program ends with 1 where there was any.
void complain(const std::string& what);
int complaints();
// How many calls were answered, of all clients.
void count_call();
int calls();

// As long as a call may take here, on a busy machine.
inline constexpr std::chrono::seconds kPatience{120};

class Caller {
 public:
  Caller(const Storm& storm, unsigned number);

  const Storm& storm() const { return storm_; }
  const std::string& name() const { return name_; }
  // Of this client alone: 0 to `below` - 1.
  std::uint32_t any(std::uint32_t below) { return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random_); }
  std::chrono::milliseconds moment() { return std::chrono::milliseconds(1 + any(60)); }

  template <class Request, class Answer>
  grpc::Status call(grpc::Status (Runtime::*method)(grpc::ClientContext*, const Request&, Answer*),
                    const Request& request, Answer& answer, std::chrono::milliseconds patience = kPatience) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    const grpc::Status status = ((*runtime_).*method)(&context, request, &answer);
    count_call();
    return status;
  }

  // A call that has to succeed. Nothing where it does not, which is a complaint.
  template <class Request, class Answer>
  bool must(const char* what, grpc::Status (Runtime::*method)(grpc::ClientContext*, const Request&, Answer*),
            const Request& request, Answer& answer) {
    const grpc::Status status = call(method, request, answer);
    if (!status.ok())
      complain(name_ + ": " + what + ": " + std::to_string(status.error_code()) + " " + status.error_message());
    return status.ok();
  }
  template <class Answer, class Request>
  Answer must(const char* what, grpc::Status (Runtime::*method)(grpc::ClientContext*, const Request&, Answer*),
              const Request& request) {
    Answer answer;
    (void)must(what, method, request, answer);
    return answer;
  }

  Runtime& stub() { return *runtime_; }

 private:
  const Storm& storm_;
  std::string name_;
  std::mt19937 random_;
  std::unique_ptr<Runtime> runtime_;
};

// What clients do, until the storm is over.
void live(Caller& caller);  // pods and containers, made and taken away
void look(Caller& caller);  // lists, figures and ids that are none
void be_rude(Caller& caller);

// `count` lists, side by side with those of others; how long the longest took.
std::chrono::milliseconds list(Caller& caller, int count);

}  // namespace cri_storm
