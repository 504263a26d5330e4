// Clients that change nothing.
#include <algorithm>

#include "integration/cri/storm/caller.h"

namespace cri_storm {
namespace {

void list_pods(Caller& caller) {
  (void)caller.must<api::ListPodSandboxResponse>("ListPodSandbox", &Runtime::ListPodSandbox,
                                                 api::ListPodSandboxRequest());
}

void list_containers(Caller& caller) {
  const auto answer = caller.must<api::ListContainersResponse>("ListContainers", &Runtime::ListContainers,
                                                               api::ListContainersRequest());
  for (const api::Container& one : answer.containers())
    if (one.id().empty() || one.pod_sandbox_id().empty()) complain("a container is listed without its ids");
}

void ask_for_what_is_not_there(Caller& caller) {
  api::ContainerStatusRequest request;
  request.set_container_id(std::string(64, "0123456789abcdef"[caller.any(16)]));
  api::ContainerStatusResponse answer;
  const auto status = caller.call(&Runtime::ContainerStatus, request, answer);
  if (status.error_code() != grpc::NOT_FOUND)
    complain("the status of a container that is not there: " + std::to_string(status.error_code()));
}

void read_figures(Caller& caller) {
  (void)caller.must<api::ListContainerStatsResponse>("ListContainerStats", &Runtime::ListContainerStats,
                                                     api::ListContainerStatsRequest());
  (void)caller.must<api::ListPodSandboxStatsResponse>("ListPodSandboxStats", &Runtime::ListPodSandboxStats,
                                                      api::ListPodSandboxStatsRequest());
  (void)caller.must<api::ListPodSandboxMetricsResponse>("ListPodSandboxMetrics", &Runtime::ListPodSandboxMetrics,
                                                        api::ListPodSandboxMetricsRequest());
}

void read_status(Caller& caller) {
  api::StatusRequest request;
  request.set_verbose(true);
  const auto answer = caller.must<api::StatusResponse>("Status", &Runtime::Status, request);
  if (answer.status().conditions_size() < 2) complain("the status has no conditions");
}

}  // namespace

void look(Caller& caller) {
  while (!caller.storm().is_over()) switch (caller.any(8)) {
      case 0:
        read_figures(caller);
        break;
      case 1:
        read_status(caller);
        break;
      case 2:
        ask_for_what_is_not_there(caller);
        break;
      case 3:
      case 4:
        list_pods(caller);
        break;
      default:
        list_containers(caller);
    }
}

std::chrono::milliseconds list(Caller& caller, int count) {
  Clock::duration longest{};
  for (int i = 0; i != count; ++i) {
    const auto begun = Clock::now();
    i % 2 == 0 ? list_pods(caller) : list_containers(caller);
    longest = std::max(longest, Clock::now() - begun);
  }
  return std::chrono::ceil<std::chrono::milliseconds>(longest);
}

}  // namespace cri_storm
