// The CRI's RuntimeService. Every function is called by a thread of gRPC's, beside others, and does no more than to
// answer with what the rest of this folder has found or done.
#pragma once

#include "cri.grpc.pb.h"
#include "runtime/cri/events.h"
#include "runtime/cri/samples.h"
#include "runtime/cri/streams.h"

namespace podrun::cri {

// Of the lists a kubelet asks for each second the answer's life is ours, so that it may borrow what it is made of.
using WithOwnLists = api::RuntimeService::WithStreamedUnaryMethod_ListContainers<
    api::RuntimeService::WithStreamedUnaryMethod_ListPodSandbox<api::RuntimeService::Service>>;

class RuntimeService final : public WithOwnLists {
 public:
  RuntimeService(const Backend& backend, Streaming& streaming, Events& events, Samples& samples)
      : backend_(backend), streaming_(streaming), events_(events), samples_(samples) {}

  template <class Message>
  using Writer = grpc::ServerWriter<Message>;
  using Context = grpc::ServerContext;

#define CRI_CALL(name, request, response) grpc::Status name(Context*, const api::request*, api::response*) override
#define CRI_LIST(name) \
  grpc::Status Streamed##name(Context*, grpc::ServerUnaryStreamer<api::name##Request, api::name##Response>*) override
#define CRI_STREAM(name) grpc::Status name(Context*, const api::name##Request*, Writer<api::name##Response>*) override

  // info_calls.cc
  CRI_CALL(Version, VersionRequest, VersionResponse);
  CRI_CALL(Status, StatusRequest, StatusResponse);
  CRI_CALL(RuntimeConfig, RuntimeConfigRequest, RuntimeConfigResponse);
  CRI_CALL(UpdateRuntimeConfig, UpdateRuntimeConfigRequest, UpdateRuntimeConfigResponse);
  CRI_CALL(CheckpointContainer, CheckpointContainerRequest, CheckpointContainerResponse);
  CRI_CALL(CheckpointPod, CheckpointPodRequest, CheckpointPodResponse);
  CRI_CALL(RestorePod, RestorePodRequest, RestorePodResponse);
  // pod_calls.cc
  CRI_CALL(RunPodSandbox, RunPodSandboxRequest, RunPodSandboxResponse);
  CRI_CALL(StopPodSandbox, StopPodSandboxRequest, StopPodSandboxResponse);
  CRI_CALL(RemovePodSandbox, RemovePodSandboxRequest, RemovePodSandboxResponse);
  CRI_CALL(PodSandboxStatus, PodSandboxStatusRequest, PodSandboxStatusResponse);
  CRI_LIST(ListPodSandbox);
  CRI_STREAM(StreamPodSandboxes);
  CRI_CALL(UpdatePodSandboxResources, UpdatePodSandboxResourcesRequest, UpdatePodSandboxResourcesResponse);
  CRI_CALL(PortForward, PortForwardRequest, PortForwardResponse);
  // container_calls.cc
  CRI_CALL(CreateContainer, CreateContainerRequest, CreateContainerResponse);
  CRI_CALL(StartContainer, StartContainerRequest, StartContainerResponse);
  CRI_CALL(StopContainer, StopContainerRequest, StopContainerResponse);
  CRI_CALL(RemoveContainer, RemoveContainerRequest, RemoveContainerResponse);
  CRI_CALL(ContainerStatus, ContainerStatusRequest, ContainerStatusResponse);
  CRI_LIST(ListContainers);
  CRI_STREAM(StreamContainers);
  CRI_CALL(UpdateContainerResources, UpdateContainerResourcesRequest, UpdateContainerResourcesResponse);
  CRI_CALL(ReopenContainerLog, ReopenContainerLogRequest, ReopenContainerLogResponse);
  CRI_CALL(ExecSync, ExecSyncRequest, ExecSyncResponse);
  CRI_CALL(Exec, ExecRequest, ExecResponse);
  CRI_CALL(Attach, AttachRequest, AttachResponse);
  // stats_calls.cc
  CRI_CALL(ContainerStats, ContainerStatsRequest, ContainerStatsResponse);
  CRI_CALL(ListContainerStats, ListContainerStatsRequest, ListContainerStatsResponse);
  CRI_STREAM(StreamContainerStats);
  CRI_CALL(PodSandboxStats, PodSandboxStatsRequest, PodSandboxStatsResponse);
  CRI_CALL(ListPodSandboxStats, ListPodSandboxStatsRequest, ListPodSandboxStatsResponse);
  CRI_STREAM(StreamPodSandboxStats);
  CRI_CALL(ListMetricDescriptors, ListMetricDescriptorsRequest, ListMetricDescriptorsResponse);
  CRI_CALL(ListPodSandboxMetrics, ListPodSandboxMetricsRequest, ListPodSandboxMetricsResponse);
  CRI_STREAM(StreamPodSandboxMetrics);
  grpc::Status GetContainerEvents(Context*, const api::GetEventsRequest*,
                                  Writer<api::ContainerEventResponse>*) override;

#undef CRI_CALL
#undef CRI_STREAM

 private:
  const Backend& backend_;
  Streaming& streaming_;
  Events& events_;
  Samples& samples_;
};

}  // namespace podrun::cri
