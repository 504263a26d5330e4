// About containers, and what is executed in them.
#include "base/files.h"
#include "runtime/cri/answers.h"
#include "runtime/cri/codes.h"
#include "runtime/cri/containers.h"
#include "runtime/cri/exec.h"
#include "runtime/cri/lent.h"
#include "runtime/cri/runtime_service.h"

namespace podrun::cri {

grpc::Status RuntimeService::CreateContainer(Context*, const api::CreateContainerRequest* request,
                                             api::CreateContainerResponse* response) {
  const auto id = create_container(backend_, *request);
  if (id) response->set_container_id(*id);
  return to_status(id);
}

grpc::Status RuntimeService::StartContainer(Context*, const api::StartContainerRequest* request,
                                            api::StartContainerResponse*) {
  return to_status(start_container(backend_, request->container_id()));
}

grpc::Status RuntimeService::StopContainer(Context*, const api::StopContainerRequest* request,
                                           api::StopContainerResponse*) {
  return to_status(stop_container(backend_, request->container_id(), request->timeout()));
}

grpc::Status RuntimeService::RemoveContainer(Context*, const api::RemoveContainerRequest* request,
                                             api::RemoveContainerResponse*) {
  return to_status(remove_container(backend_, request->container_id()));
}

grpc::Status RuntimeService::ContainerStatus(Context*, const api::ContainerStatusRequest* request,
                                             api::ContainerStatusResponse* response) {
  const auto container = backend_.view.container(request->container_id());
  if (!container) return to_status(container);
  *response->mutable_status() = status_of(*container);
  if (request->verbose())
    (*response->mutable_info())["record"] =
        base::read_file(
            backend_.layout().container_record(container->pod().plan.who.id, container->record().plan.key()))
            .value_or("");
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamedListContainers(
    Context*, grpc::ServerUnaryStreamer<api::ListContainersRequest, api::ListContainersResponse>* call) {
  api::ListContainersRequest request;
  if (!call->Read(&request)) return no_request();
  const std::vector<SeenContainer> containers = backend_.view.containers();
  api::ListContainersResponse response;
  Lent items(*response.mutable_containers());
  for (const SeenContainer& container : containers)
    if (matches(request.filter(), container)) items.add(*container.item);
  call->Write(response);
  return grpc::Status::OK;
}

grpc::Status RuntimeService::StreamContainers(Context*, const api::StreamContainersRequest* request,
                                              Writer<api::StreamContainersResponse>* writer) {
  for (const SeenContainer& container : backend_.view.containers()) {
    if (!matches(request->filter(), container)) continue;
    api::StreamContainersResponse one;
    *one.add_containers() = *container.item;
    if (!writer->Write(one)) break;  // the client has gone
  }
  return grpc::Status::OK;
}

grpc::Status RuntimeService::UpdateContainerResources(Context*, const api::UpdateContainerResourcesRequest* request,
                                                      api::UpdateContainerResourcesResponse*) {
  return to_status(update_container(backend_, *request));
}

grpc::Status RuntimeService::ReopenContainerLog(Context*, const api::ReopenContainerLogRequest* request,
                                                api::ReopenContainerLogResponse*) {
  return to_status(reopen_log(backend_, request->container_id()));
}

grpc::Status RuntimeService::ExecSync(Context*, const api::ExecSyncRequest* request, api::ExecSyncResponse* response) {
  auto done = exec_sync(backend_, request->container_id(), {request->cmd().begin(), request->cmd().end()},
                        std::chrono::seconds(request->timeout()));
  if (!done) return to_status(done);
  response->set_exit_code(done->code);
  response->set_stdout(std::move(done->out));
  response->set_stderr(std::move(done->err));
  return grpc::Status::OK;
}

grpc::Status RuntimeService::Exec(Context*, const api::ExecRequest* request, api::ExecResponse* response) {
  const auto url = streaming_.exec_url(*request);
  if (url) response->set_url(*url);
  return to_status(url);
}

grpc::Status RuntimeService::Attach(Context*, const api::AttachRequest* request, api::AttachResponse* response) {
  const auto url = streaming_.attach_url(*request);
  if (url) response->set_url(*url);
  return to_status(url);
}

}  // namespace podrun::cri
