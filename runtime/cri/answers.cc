#include "runtime/cri/answers.h"

#include "runtime/cri/container_plan.h"
#include "runtime/image/name.h"

namespace podrun::cri {
namespace {

constexpr const char* kInvalidUtf8 = "\xef\xbf\xbd";

// A message may have any bytes, and a string of protobuf has UTF-8 alone.
std::string as_utf8(const std::string& text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5U == 6 ? 2 : lead >> 4U == 14 ? 3 : lead >> 3U == 30 ? 4 : 0;
    bool is_whole = size != 0 && i + size <= text.size();
    for (std::size_t k = 1; is_whole && k < size; ++k)
      is_whole = (static_cast<unsigned char>(text[i + k]) & 0xc0U) == 0x80;
    clean += is_whole ? text.substr(i, size) : kInvalidUtf8;
    i += is_whole ? size : 1;
  }
  return clean;
}

api::PodSandboxState state_of(const Sandbox& sandbox) {
  return sandbox.is_ready ? api::SANDBOX_READY : api::SANDBOX_NOTREADY;
}

// Also of an attempt that was made before a clock was set back: what has begun has begun after it was made.
void add_times(const SeenContainer& container, api::ContainerStatus& status) {
  const ContainerLife& life = container.record().life;
  status.set_created_at(life.created_at);
  if (container.state == api::CONTAINER_CREATED) return;
  status.set_started_at(life.started_at);
  if (container.state != api::CONTAINER_EXITED) return;
  const ExitStatus& exit = *container.status.exit;
  status.set_finished_at(exit.finished_at);
  status.set_exit_code(exit.code);
  status.set_reason(exit.reason());
  status.set_message(as_utf8(exit.start_failed ? life.failure : exit.message));
}

api::ImageSpec image_of(const SeenContainer& container) {
  api::ImageSpec image = container.config().image();
  image.set_image(container.record().plan.image);
  return image;
}

}  // namespace

std::string repo_digest(const std::string& name, const std::string& digest) {
  const auto parsed = image::parse_name(name);
  if (!parsed) return digest;
  return parsed->without_tag() + "@" + (parsed->digest.empty() ? digest : parsed->digest);
}

api::PodSandbox item_of(const Sandbox& sandbox) {
  api::PodSandbox item;
  item.set_id(sandbox.id());
  *item.mutable_metadata() = sandbox.config().metadata();
  item.set_state(state_of(sandbox));
  item.set_created_at(sandbox.record().life.created_at);
  *item.mutable_labels() = sandbox.config().labels();
  *item.mutable_annotations() = sandbox.config().annotations();
  item.set_runtime_handler(sandbox.request().runtime_handler());
  return item;
}

api::PodSandboxStatus status_of(const Sandbox& sandbox) {
  api::PodSandboxStatus status;
  status.set_id(sandbox.id());
  *status.mutable_metadata() = sandbox.config().metadata();
  status.set_state(state_of(sandbox));
  status.set_created_at(sandbox.record().life.created_at);
  *status.mutable_labels() = sandbox.config().labels();
  *status.mutable_annotations() = sandbox.config().annotations();
  status.set_runtime_handler(sandbox.request().runtime_handler());
  *status.mutable_linux()->mutable_namespaces()->mutable_options() =
      sandbox.config().linux().security_context().namespace_options();
  auto* network = status.mutable_network();
  const std::vector<std::string>& ips = sandbox.record().life.ips;
  if (sandbox.record().plan.namespaces.host_network || ips.empty()) return status;
  network->set_ip(ips.front());
  for (std::size_t i = 1; i < ips.size(); ++i) network->add_additional_ips()->set_ip(ips[i]);
  return status;
}

api::Container item_of(const SeenContainer& container) {
  const ContainerPlan& plan = container.record().plan;
  api::Container item;
  item.set_id(container.id());
  item.set_pod_sandbox_id(container.pod().plan.who.id);
  *item.mutable_metadata() = container.config().metadata();
  *item.mutable_image() = image_of(container);
  item.set_image_ref(repo_digest(plan.image, plan.image_digest));
  item.set_image_id(plan.image_id);
  item.set_state(container.state);
  item.set_created_at(container.record().life.created_at);
  *item.mutable_labels() = container.config().labels();
  *item.mutable_annotations() = container.config().annotations();
  return item;
}

api::ContainerStatus status_of(const SeenContainer& container) {
  const ContainerPlan& plan = container.record().plan;
  api::ContainerStatus status;
  status.set_id(container.id());
  *status.mutable_metadata() = container.config().metadata();
  status.set_state(container.state);
  add_times(container, status);
  *status.mutable_image() = image_of(container);
  status.set_image_ref(repo_digest(plan.image, plan.image_digest));
  status.set_image_id(plan.image_id);
  *status.mutable_labels() = container.config().labels();
  *status.mutable_annotations() = container.config().annotations();
  *status.mutable_mounts() = container.config().mounts();
  for (api::Mount& mount : *status.mutable_mounts()) {
    if (mount.image().image().empty()) continue;
    for (const MountPlan& row : plan.mounts)
      if (const auto* files = std::get_if<ImageFilesOf>(&row.source);
          files != nullptr && row.target == mount.container_path())
        mount.mutable_image()->set_image_ref(files->id);
  }
  // The house's own, where none was asked for, is no one's business.
  if (!container.config().log_path().empty() && plan.log_path.ends_with("/" + container.config().log_path()))
    status.set_log_path(plan.log_path);
  *status.mutable_resources()->mutable_linux() = container.config().linux().resources();
  auto* user = status.mutable_user()->mutable_linux();
  user->set_uid(plan.process.uid);
  user->set_gid(plan.process.gid);
  for (const std::uint32_t group : plan.process.groups) user->add_supplemental_groups(group);
  status.set_stop_signal(signal_of(plan.stop_signal));
  return status;
}

}  // namespace podrun::cri
