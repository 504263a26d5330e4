// Pods and containers as a kubelet has them come and go, with answers that are known before.
#include <csignal>

#include "integration/cri/storm/caller.h"

namespace cri_storm {
namespace {

class Life {
 public:
  Life(Caller& caller, int number) : caller_(caller) {
    auto& metadata = *config_.mutable_metadata();
    metadata.set_name(caller.name() + "-" + std::to_string(number));
    metadata.set_uid(metadata.name());
    metadata.set_namespace_("storm");
    config_.set_log_directory(caller.storm().logs + "/" + metadata.name());
    auto& options = *config_.mutable_linux()->mutable_security_context()->mutable_namespace_options();
    options.set_pid(api::CONTAINER);
    options.set_network(caller.any(4) == 0 ? api::POD : api::NODE);
  }

  // In each step what went wrong ends the life early: what there is of it goes all the same.
  void run() {
    if (make()) {
      const int containers = 1 + static_cast<int>(caller_.any(2));
      for (int i = 0; i != containers; ++i)
        if (!one_container(i)) break;
    }
    go();
  }

 private:
  // Now and then by a client that goes away before it has the answer, and asks again.
  bool make() {
    api::RunPodSandboxRequest request;
    *request.mutable_config() = config_;
    api::RunPodSandboxResponse answer;
    if (caller_.any(3) == 0) {
      const auto status = caller_.call(&Runtime::RunPodSandbox, request, answer, caller_.moment());
      if (!status.ok() && status.error_code() != grpc::DEADLINE_EXCEEDED)
        complain(config_.metadata().name() + ": RunPodSandbox in haste: " + status.error_message());
    }
    if (!caller_.must("RunPodSandbox", &Runtime::RunPodSandbox, request, answer)) return false;
    pod_ = answer.pod_sandbox_id();
    return true;
  }

  bool one_container(int attempt) {
    api::CreateContainerRequest request;
    request.set_pod_sandbox_id(pod_);
    *request.mutable_sandbox_config() = config_;
    auto& config = *request.mutable_config();
    config.mutable_metadata()->set_name("main");
    config.mutable_metadata()->set_attempt(static_cast<std::uint32_t>(attempt));
    config.mutable_image()->set_image(caller_.storm().image);
    for (const char* word : {"sleep", "1000"}) config.add_command(word);
    config.set_log_path(std::to_string(attempt) + ".log");
    *config.mutable_linux()->mutable_security_context()->mutable_namespace_options() =
        config_.linux().security_context().namespace_options();
    api::CreateContainerResponse made;
    if (!caller_.must("CreateContainer", &Runtime::CreateContainer, request, made)) return false;
    const std::string& id = made.container_id();
    expect_state(id, api::CONTAINER_CREATED);
    api::StartContainerRequest start;
    start.set_container_id(id);
    api::StartContainerResponse started;
    if (!caller_.must("StartContainer", &Runtime::StartContainer, start, started)) return false;
    expect_state(id, api::CONTAINER_RUNNING);
    expect_exits(id);
    expect_listed(id);
    api::StopContainerRequest stop;
    stop.set_container_id(id);
    api::StopContainerResponse stopped;
    if (!caller_.must("StopContainer", &Runtime::StopContainer, stop, stopped)) return false;
    if (expect_state(id, api::CONTAINER_EXITED).exit_code() != 128 + SIGKILL)
      complain(config_.metadata().name() + ": its container did not end by SIGKILL");
    if (caller_.any(2) == 0) return true;  // the pod's removal takes it along
    api::RemoveContainerRequest remove;
    remove.set_container_id(id);
    (void)caller_.must<api::RemoveContainerResponse>("RemoveContainer", &Runtime::RemoveContainer, remove);
    return true;
  }

  api::ContainerStatus expect_state(const std::string& id, api::ContainerState state) {
    api::ContainerStatusRequest request;
    request.set_container_id(id);
    const auto answer =
        caller_.must<api::ContainerStatusResponse>("ContainerStatus", &Runtime::ContainerStatus, request);
    if (answer.status().state() != state)
      complain(config_.metadata().name() + ": its container is " + api::ContainerState_Name(answer.status().state()) +
               ", not " + api::ContainerState_Name(state));
    return answer.status();
  }

  void expect_exits(const std::string& id) {
    const int code = static_cast<int>(caller_.any(120));
    api::ExecSyncRequest request;
    request.set_container_id(id);
    for (const std::string& word : {std::string("sh"), std::string("-c"), "echo $$; exit " + std::to_string(code)})
      request.add_cmd(word);
    const auto answer = caller_.must<api::ExecSyncResponse>("ExecSync", &Runtime::ExecSync, request);
    if (answer.exit_code() != code || answer.stdout().empty())
      complain(config_.metadata().name() + ": exit " + std::to_string(code) + " was " +
               std::to_string(answer.exit_code()) + ", with '" + answer.stdout() + "'");
  }

  void expect_listed(const std::string& id) {
    api::ListContainersRequest request;
    request.mutable_filter()->set_pod_sandbox_id(pod_);
    request.mutable_filter()->mutable_state()->set_state(api::CONTAINER_RUNNING);
    const auto answer = caller_.must<api::ListContainersResponse>("ListContainers", &Runtime::ListContainers, request);
    if (answer.containers_size() != 1 || answer.containers(0).id() != id)
      complain(config_.metadata().name() + ": of its containers " + std::to_string(answer.containers_size()) +
               " are listed as running, not the one");
  }

  void go() {
    if (pod_.empty()) return;
    if (caller_.any(2) == 0) {
      api::StopPodSandboxRequest stop;
      stop.set_pod_sandbox_id(pod_);
      (void)caller_.must<api::StopPodSandboxResponse>("StopPodSandbox", &Runtime::StopPodSandbox, stop);
    }
    api::RemovePodSandboxRequest remove;
    remove.set_pod_sandbox_id(pod_);
    for (int twice = 0; twice != 2; ++twice)
      (void)caller_.must<api::RemovePodSandboxResponse>("RemovePodSandbox", &Runtime::RemovePodSandbox, remove);
    api::ListPodSandboxRequest request;
    request.mutable_filter()->set_id(pod_);
    const auto answer = caller_.must<api::ListPodSandboxResponse>("ListPodSandbox", &Runtime::ListPodSandbox, request);
    if (answer.items_size() != 0) complain(config_.metadata().name() + ": it is listed after its removal");
  }

  Caller& caller_;
  api::PodSandboxConfig config_;
  std::string pod_;
};

}  // namespace

void live(Caller& caller) {
  for (int number = 0; !caller.storm().is_over(); ++number) Life(caller, number).run();
}

}  // namespace cri_storm
