// Requests as they arrive, in bytes: each is refused with a reason, or planned, and then its record can be read again
// and has the request in it as it came. One message has all of it: the configurations of a container and of its pod.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdlib>

#include "runtime/cri/container_limits.h"
#include "runtime/cri/container_plan.h"
#include "runtime/cri/encoding.h"
#include "runtime/cri/pod_plan.h"
#include "runtime/store/record_json.h"

namespace podrun::cri {
namespace {

void demand(bool is_so) {
  if (!is_so) std::abort();
}

template <class T>
bool has(const Result<T>& result) {
  if (!result) demand(!result.error().what.empty());
  return static_cast<bool>(result);
}

// The machine's own files are not what is tried here, and which there are would be different on each.
void keep_off_the_machine(api::ContainerConfig& config) {
  for (api::Device& device : *config.mutable_devices()) device.set_host_path("/dev/null");
  for (api::Mount& mount : *config.mutable_mounts())
    if (!mount.host_path().empty() && mount.host_path() != "/missing") mount.set_host_path("/");
  auto& security = *config.mutable_linux()->mutable_security_context();
  if (security.seccomp().localhost_ref().starts_with('/')) security.mutable_seccomp()->set_localhost_ref("/missing");
  if (security.seccomp_profile_path().starts_with("localhost/"))
    security.set_seccomp_profile_path("localhost//missing");
}

PodRecord plan_of_pod(const api::PodSandboxConfig& config, const Layout& layout) {
  api::RunPodSandboxRequest request;
  *request.mutable_config() = config;
  PodSurroundings around{.id = std::string(64, 'a'), .machine = {}, .network = ""};
  PodRecord record;
  const auto plan = plan_pod(request, std::move(around), layout);
  if (!has(plan)) return record;
  record.plan = *plan;
  api::RunPodSandboxRequest again;
  demand(again.ParseFromString(from_base64(plan->who.cri)) && key_of(again.config().metadata()) == plan->who.cri_key);
  const auto read = pod_from_json(to_json(record));
  demand(read && to_json(*read) == to_json(record));
  return record;
}

void plan_of_container(const api::CreateContainerRequest& request, const PodRecord& pod, const Layout& layout) {
  ContainerFacts facts;
  facts.image.layers.paths = {"/layer"};
  facts.passwd = "root:x:0:0::/root:\nwww:x:33:34::/srv:\n";
  facts.group = "root:x:0:\nweb:x:40:www\n";
  MachineFacts machine;
  machine.apparmor.is_enabled = true;  // and any name may be that of a profile
  ContainerRecord record;
  const auto plan = plan_container(request.config(), {.pod = pod,
                                                      .pod_config = request.sandbox_config(),
                                                      .siblings = {},
                                                      .facts = std::move(facts),
                                                      .machine = std::move(machine),
                                                      .layout = layout,
                                                      .images = "/missing"});
  if (!has(plan)) return;
  record.plan = *plan;
  demand(record.plan.name.find('/') == std::string::npos && !record.plan.name.empty());
  for (const MountPlan& row : record.plan.mounts)
    demand(row.target.starts_with('/') && (row.target + "/").find("/../") == std::string::npos);
  api::ContainerConfig again;
  demand(again.ParseFromString(from_base64(plan->cri)));
  const auto read = container_from_json(to_json(record));
  demand(read && to_json(*read) == to_json(record));
  (void)has(give_limits(request.config().linux().resources(), {}, record.plan));  // as an update of them has it
}

}  // namespace
}  // namespace podrun::cri

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // a line for each string that is no UTF-8
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podrun::cri;
  api::CreateContainerRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  keep_off_the_machine(*request.mutable_config());
  const podrun::Layout layout{podrun::Directories{}};
  plan_of_container(request, plan_of_pod(request.sandbox_config(), layout), layout);
  return 0;
}
