// About the runtime itself.
#include <nlohmann/json.hpp>

#include "runtime/cri/network_state.h"
#include "runtime/cri/runtime_service.h"

namespace podrun::cri {
namespace {

constexpr const char* kHandler = "podrun";

grpc::Status never(const char* why) { return {grpc::StatusCode::UNIMPLEMENTED, why}; }
constexpr const char* kNoCheckpoints = "podrun has no checkpoints: what runs is never written down";

void add_condition(api::RuntimeStatus* status, const char* type, bool holds, const char* reason,
                   const std::string& message) {
  auto* condition = status->add_conditions();
  condition->set_type(type);
  condition->set_status(holds);
  condition->set_reason(reason);
  condition->set_message(message);
}

}  // namespace

grpc::Status RuntimeService::Version(Context*, const api::VersionRequest*, api::VersionResponse* response) {
  response->set_version("0.1.0");  // of the kubelet's own interface, for ever
  response->set_runtime_name("podrun");
  response->set_runtime_version(PODRUN_VERSION);
  response->set_runtime_api_version("v1");
  return grpc::Status::OK;
}

grpc::Status RuntimeService::Status(Context*, const api::StatusRequest* request, api::StatusResponse* response) {
  const std::string problem = network_problem(backend_.options);
  add_condition(response->mutable_status(), "RuntimeReady", true, "", "");
  add_condition(response->mutable_status(), "NetworkReady", problem.empty(),
                problem.empty() ? "" : "NetworkNotConfigured", problem);
  for (const char* name : {"", kHandler}) {
    auto* handler = response->add_runtime_handlers();
    handler->set_name(name);
    handler->mutable_features()->set_recursive_read_only_mounts(true);
    handler->mutable_features()->set_user_namespaces(true);
  }
  response->mutable_features()->set_supplemental_groups_policy(true);
  response->mutable_features()->set_mount_options(true);
  if (!request->verbose()) return grpc::Status::OK;
  const auto& directories = backend_.options.directories;
  (*response->mutable_info())["config"] = nlohmann::json{
      {"stateDir", directories.state},
      {"rootDir", directories.data},
      {"socket", backend_.options.socket}}.dump();
  return grpc::Status::OK;
}

grpc::Status RuntimeService::RuntimeConfig(Context*, const api::RuntimeConfigRequest*,
                                           api::RuntimeConfigResponse* response) {
  response->mutable_linux()->set_cgroup_driver(api::CGROUPFS);
  return grpc::Status::OK;
}

// Ranges of addresses are in the CNI configuration.
grpc::Status RuntimeService::UpdateRuntimeConfig(Context*, const api::UpdateRuntimeConfigRequest*,
                                                 api::UpdateRuntimeConfigResponse*) {
  return grpc::Status::OK;
}

grpc::Status RuntimeService::CheckpointContainer(Context*, const api::CheckpointContainerRequest*,
                                                 api::CheckpointContainerResponse*) {
  return never(kNoCheckpoints);
}

grpc::Status RuntimeService::CheckpointPod(Context*, const api::CheckpointPodRequest*, api::CheckpointPodResponse*) {
  return never(kNoCheckpoints);
}

grpc::Status RuntimeService::RestorePod(Context*, const api::RestorePodRequest*, api::RestorePodResponse*) {
  return never(kNoCheckpoints);
}

}  // namespace podrun::cri
