// About sandboxes.
#include "base/files.h"
#include "runtime/cri/answers.h"
#include "runtime/cri/codes.h"
#include "runtime/cri/lent.h"
#include "runtime/cri/pods.h"
#include "runtime/cri/runtime_service.h"

namespace podrun::cri {

grpc::Status RuntimeService::RunPodSandbox(Context*, const api::RunPodSandboxRequest* request,
                                           api::RunPodSandboxResponse* response) {
  const auto id = run_sandbox(backend_, *request);
  if (id) response->set_pod_sandbox_id(*id);
  return to_status(id);
}

grpc::Status RuntimeService::StopPodSandbox(Context*, const api::StopPodSandboxRequest* request,
                                            api::StopPodSandboxResponse*) {
  return to_status(stop_sandbox(backend_, request->pod_sandbox_id()));
}

grpc::Status RuntimeService::RemovePodSandbox(Context*, const api::RemovePodSandboxRequest* request,
                                              api::RemovePodSandboxResponse*) {
  return to_status(remove_sandbox(backend_, request->pod_sandbox_id()));
}

grpc::Status RuntimeService::PodSandboxStatus(Context*, const api::PodSandboxStatusRequest* request,
                                              api::PodSandboxStatusResponse* response) {
  const auto sandbox = backend_.view.sandbox(request->pod_sandbox_id());
  if (!sandbox) return to_status(sandbox);
  *response->mutable_status() = status_of(*sandbox);
  if (request->verbose())
    (*response->mutable_info())["record"] = base::read_file(backend_.layout().record(sandbox->id())).value_or("");
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamedListPodSandbox(
    Context*, grpc::ServerUnaryStreamer<api::ListPodSandboxRequest, api::ListPodSandboxResponse>* call) {
  api::ListPodSandboxRequest request;
  if (!call->Read(&request)) return no_request();
  const std::vector<Sandbox> sandboxes = backend_.view.sandboxes();
  api::ListPodSandboxResponse response;
  Lent items(*response.mutable_items());
  for (const Sandbox& sandbox : sandboxes)
    if (matches(request.filter(), sandbox)) items.add(*sandbox.item);
  call->Write(response);
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamPodSandboxes(Context*, const api::StreamPodSandboxesRequest* request,
                                                Writer<api::StreamPodSandboxesResponse>* writer) {
  for (const Sandbox& sandbox : backend_.view.sandboxes()) {
    if (!matches(request->filter(), sandbox)) continue;
    api::StreamPodSandboxesResponse one;
    *one.add_pod_sandboxes() = *sandbox.item;
    if (!writer->Write(one)) break;  // the client has gone
  }
  return grpc::Status::OK;
}

grpc::Status RuntimeService::UpdatePodSandboxResources(Context*, const api::UpdatePodSandboxResourcesRequest* request,
                                                       api::UpdatePodSandboxResourcesResponse*) {
  return to_status(keep_resources(backend_, *request));
}

grpc::Status RuntimeService::PortForward(Context*, const api::PortForwardRequest* request,
                                         api::PortForwardResponse* response) {
  const auto url = streaming_.port_forward_url(*request);
  if (url) response->set_url(*url);
  return to_status(url);
}

}  // namespace podrun::cri
