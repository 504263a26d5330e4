#include "integration/cri/bench/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace cri_bench {
namespace {

constexpr std::chrono::minutes kLongest{5};

// One call: request → answer.
template <class Stub, class Request, class Answer>
Answer call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Answer*), const char* name,
            const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLongest);
  Answer answer;
  const grpc::Status status = (stub.*method)(&context, request, &answer);
  if (status.ok()) return answer;
  std::fprintf(stderr, "cri_bench: %s: %s\n", name, status.error_message().c_str());
  std::_Exit(1);
}

using Runtime = api::RuntimeService::Stub;

}  // namespace

Pod new_pod(const std::string& name, const std::string& image, const std::string& logs) {
  Pod pod{.config = {}, .image = image, .id = {}, .container = {}};
  auto& metadata = *pod.config.mutable_metadata();
  metadata.set_name(name);
  metadata.set_uid(name);
  metadata.set_namespace_("bench");
  pod.config.set_log_directory(logs + "/" + name);
  auto& security = *pod.config.mutable_linux()->mutable_security_context();
  security.mutable_seccomp()->set_profile_type(api::SecurityProfile::RuntimeDefault);
  security.mutable_namespace_options()->set_pid(api::CONTAINER);
  return pod;
}

Client::Client(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
  const auto channel = grpc::CreateCustomChannel("unix://" + socket, grpc::InsecureChannelCredentials(), arguments);
  runtime_ = api::RuntimeService::NewStub(channel);
  images_ = api::ImageService::NewStub(channel);
}

std::string Client::version() {
  const auto answer = call(*runtime_, &Runtime::Version, "Version", api::VersionRequest());
  return answer.runtime_name() + " " + answer.runtime_version();
}

void Client::pull(const std::string& image) {
  api::PullImageRequest request;
  request.mutable_image()->set_image(image);
  (void)call(*images_, &api::ImageService::Stub::PullImage, "PullImage", request);
}

void Client::run(Pod& pod) {
  api::RunPodSandboxRequest request;
  *request.mutable_config() = pod.config;
  pod.id = call(*runtime_, &Runtime::RunPodSandbox, "RunPodSandbox", request).pod_sandbox_id();
}

void Client::create(Pod& pod, std::uint32_t attempt) {
  api::CreateContainerRequest request;
  request.set_pod_sandbox_id(pod.id);
  *request.mutable_sandbox_config() = pod.config;
  auto& config = *request.mutable_config();
  config.mutable_metadata()->set_name("main");
  config.mutable_metadata()->set_attempt(attempt);
  config.mutable_image()->set_image(pod.image);
  for (const char* word : {"sh", "-c", "trap 'exit 0' TERM; sleep 1000000 & wait"}) config.add_command(word);
  config.set_log_path(std::to_string(attempt) + ".log");
  auto& security = *config.mutable_linux()->mutable_security_context();
  security.mutable_seccomp()->set_profile_type(api::SecurityProfile::RuntimeDefault);
  security.mutable_namespace_options()->set_pid(api::CONTAINER);
  pod.container = call(*runtime_, &Runtime::CreateContainer, "CreateContainer", request).container_id();
}

void Client::start(const Pod& pod) {
  api::StartContainerRequest request;
  request.set_container_id(pod.container);
  (void)call(*runtime_, &Runtime::StartContainer, "StartContainer", request);
}

void Client::exec(const Pod& pod) {
  api::ExecSyncRequest request;
  request.set_container_id(pod.container);
  request.add_cmd("true");
  if (call(*runtime_, &Runtime::ExecSync, "ExecSync", request).exit_code() == 0) return;
  std::fprintf(stderr, "cri_bench: ExecSync: true was false\n");
  std::_Exit(1);
}

void Client::stop(const Pod& pod) {
  api::StopPodSandboxRequest request;
  request.set_pod_sandbox_id(pod.id);
  (void)call(*runtime_, &Runtime::StopPodSandbox, "StopPodSandbox", request);
}

void Client::remove(const Pod& pod) {
  api::RemovePodSandboxRequest request;
  request.set_pod_sandbox_id(pod.id);
  (void)call(*runtime_, &Runtime::RemovePodSandbox, "RemovePodSandbox", request);
}

api::ListContainersResponse Client::list_containers() {
  return call(*runtime_, &Runtime::ListContainers, "ListContainers", api::ListContainersRequest());
}

api::ListPodSandboxResponse Client::list_pods() {
  return call(*runtime_, &Runtime::ListPodSandbox, "ListPodSandbox", api::ListPodSandboxRequest());
}

}  // namespace cri_bench
