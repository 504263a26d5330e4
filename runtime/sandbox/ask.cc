#include "runtime/sandbox/ask.h"

#include "runtime/sandbox/exec_question.h"
#include "runtime/sandbox/place.h"

namespace podrun {
namespace {

template <class NetworkAction>
std::unique_ptr<probe::Question> ask_from_pod(const PodRecord& pod, const NetworkAction& action, std::int64_t until,
                                              std::unique_ptr<probe::Question> (*begin)(const probe::Place&,
                                                                                        const NetworkAction&,
                                                                                        std::int64_t)) {
  const auto place = place_of(pod);
  return place ? begin(*place, action, until) : probe::answered({.succeeded = false, .failure = place.error().what});
}

}  // namespace

std::unique_ptr<probe::Question> ask(const PodRecord& pod, const ContainerRecord& container, const Action& action,
                                     std::int64_t until) {
  struct Asking {
    const PodRecord& pod;
    const ContainerRecord& container;
    std::int64_t until;
    std::unique_ptr<probe::Question> operator()(const ExecAction& exec) const {
      return ask_exec(pod, container, exec, until);
    }
    std::unique_ptr<probe::Question> operator()(const HttpAction& http) const {
      return ask_from_pod(pod, http, until, probe::ask_http);
    }
    std::unique_ptr<probe::Question> operator()(const TcpAction& tcp) const {
      return ask_from_pod(pod, tcp, until, probe::ask_tcp);
    }
    std::unique_ptr<probe::Question> operator()(const GrpcAction& grpc) const {
      return ask_from_pod(pod, grpc, until, probe::ask_grpc);
    }
    std::unique_ptr<probe::Question> operator()(const SleepAction& sleep) const {
      return probe::sleep_for(sleep, until);
    }
  };
  return std::visit(Asking{pod, container, until}, action);
}

}  // namespace podrun
