// What is used, and what happens.
#include "runtime/cri/codes.h"
#include "runtime/cri/metrics.h"
#include "runtime/cri/runtime_service.h"
#include "runtime/cri/stats.h"

namespace podrun::cri {
namespace {

constexpr std::chrono::milliseconds kEventTick{500};  // between two looks whether the client has gone

// Of those that run, until `take` says false.
template <class Take>
void each_container_stats(const Backend& backend, const api::ContainerStatsFilter& filter, Samples& samples,
                          Take take) {
  for (const SeenContainer& container : backend.view.containers())
    if (container.state == api::CONTAINER_RUNNING && matches(filter, container) && !take(stats_of(container, samples)))
      return;
}

template <class Take>
void each_pod_stats(const Backend& backend, const api::PodSandboxStatsFilter& filter, Samples& samples, Take take) {
  for (const Sandbox& sandbox : backend.view.sandboxes())
    if (sandbox.is_ready && matches(filter, sandbox) &&
        !take(stats_of(sandbox, backend.view.containers_of(sandbox), samples)))
      return;
}

template <class Take>
void each_pod_metrics(const Backend& backend, Samples& samples, Take take) {
  for (const Sandbox& sandbox : backend.view.sandboxes())
    if (sandbox.is_ready && !take(metrics_of(sandbox, backend.view.containers_of(sandbox), samples))) return;
}

}  // namespace

grpc::Status RuntimeService::ContainerStats(Context*, const api::ContainerStatsRequest* request,
                                            api::ContainerStatsResponse* response) {
  const auto container = backend_.view.container(request->container_id());
  if (container) *response->mutable_stats() = stats_of(*container, samples_);
  return to_status(container);
}

grpc::Status RuntimeService::ListContainerStats(Context*, const api::ListContainerStatsRequest* request,
                                                api::ListContainerStatsResponse* response) {
  each_container_stats(backend_, request->filter(), samples_, [&](api::ContainerStats stats) {
    *response->add_stats() = std::move(stats);
    return true;
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamContainerStats(Context*, const api::StreamContainerStatsRequest* request,
                                                  Writer<api::StreamContainerStatsResponse>* writer) {
  each_container_stats(backend_, request->filter(), samples_, [&](api::ContainerStats stats) {
    api::StreamContainerStatsResponse one;
    *one.add_container_stats() = std::move(stats);
    return writer->Write(one);
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::PodSandboxStats(Context*, const api::PodSandboxStatsRequest* request,
                                             api::PodSandboxStatsResponse* response) {
  const auto sandbox = backend_.view.sandbox(request->pod_sandbox_id());
  if (sandbox) *response->mutable_stats() = stats_of(*sandbox, backend_.view.containers_of(*sandbox), samples_);
  return to_status(sandbox);
}

grpc::Status RuntimeService::ListPodSandboxStats(Context*, const api::ListPodSandboxStatsRequest* request,
                                                 api::ListPodSandboxStatsResponse* response) {
  each_pod_stats(backend_, request->filter(), samples_, [&](api::PodSandboxStats stats) {
    *response->add_stats() = std::move(stats);
    return true;
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamPodSandboxStats(Context*, const api::StreamPodSandboxStatsRequest* request,
                                                   Writer<api::StreamPodSandboxStatsResponse>* writer) {
  each_pod_stats(backend_, request->filter(), samples_, [&](api::PodSandboxStats stats) {
    api::StreamPodSandboxStatsResponse one;
    *one.add_pod_sandbox_stats() = std::move(stats);
    return writer->Write(one);
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::ListMetricDescriptors(Context*, const api::ListMetricDescriptorsRequest*,
                                                   api::ListMetricDescriptorsResponse* response) {
  for (const api::MetricDescriptor& one : metric_descriptors()) *response->add_descriptors() = one;
  return grpc::Status::OK;
}

grpc::Status RuntimeService::ListPodSandboxMetrics(Context*, const api::ListPodSandboxMetricsRequest*,
                                                   api::ListPodSandboxMetricsResponse* response) {
  each_pod_metrics(backend_, samples_, [&](api::PodSandboxMetrics metrics) {
    *response->add_pod_metrics() = std::move(metrics);
    return true;
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamPodSandboxMetrics(Context*, const api::StreamPodSandboxMetricsRequest*,
                                                     Writer<api::StreamPodSandboxMetricsResponse>* writer) {
  each_pod_metrics(backend_, samples_, [&](api::PodSandboxMetrics metrics) {
    api::StreamPodSandboxMetricsResponse one;
    *one.add_pod_sandbox_metrics() = std::move(metrics);
    return writer->Write(one);
  });
  return grpc::Status::OK;
}

grpc::Status RuntimeService::GetContainerEvents(Context* context, const api::GetEventsRequest*,
                                                Writer<api::ContainerEventResponse>* writer) {
  const auto listener = events_.listen();
  while (!context->IsCancelled() && !listener->is_over())
    if (const auto event = listener->next(kEventTick); event && !writer->Write(*event)) break;
  return grpc::Status::OK;
}

}  // namespace podrun::cri
