#include <algorithm>
#include <sstream>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/cri/container_plan.h"
#include "runtime/cri/containers.h"
#include "runtime/cri/encoding.h"
#include "runtime/image/catalog.h"
#include "runtime/image/image.h"
#include "runtime/image/layer_store.h"
#include "runtime/image/name.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/machine_facts.h"

namespace podrun::cri {
namespace {

struct FoundImage {
  Image image;
  std::string id;     // digest of its config
  std::string shown;  // a name with a tag, where it has one
};

Result<FoundImage> find_image(const std::string& store, const std::string& wanted) {
  if (wanted.empty()) return Error{Kind::invalid, 0, "config.image.image: is empty"};
  image::StoredImage stored = TRY(image::find_stored(store, wanted).in("image '" + wanted + "'"));
  FoundImage found;
  found.image.reference = wanted;
  found.image.digest = stored.record.image.manifest.text();
  found.image.layers.paths = TRY(image::find_layers(store, stored.record.image.layers));
  found.image.config = std::move(stored.record.image.config);
  found.id = stored.record.image.config_digest.text();
  const auto has_tag = [](const std::string& name) { return name.find('@') == std::string::npos; };
  const auto tagged = std::find_if(stored.names.begin(), stored.names.end(), has_tag);
  const auto asked = image::parse_name(wanted);
  const bool is_asked =
      asked && std::find(stored.names.begin(), stored.names.end(), asked->text()) != stored.names.end();
  found.shown = is_asked && has_tag(asked->text()) ? asked->text() : tagged != stored.names.end() ? *tagged : wanted;
  return found;
}

Result<ContainerFacts> facts_of(Image image) {
  ContainerFacts facts;
  facts.passwd = TRY(read_from_layers(image.layers.paths, "/etc/passwd"));
  facts.group = TRY(read_from_layers(image.layers.paths, "/etc/group"));
  facts.image = std::move(image);
  return facts;
}

// Once more the same, after an answer that was lost.
std::optional<std::string> made_before(const std::vector<ContainerRecord>& containers, const ContainerPlan& plan) {
  for (const ContainerRecord& one : containers)
    if (one.plan.key() == plan.key() && one.plan.cri == plan.cri && one.life.process.empty() &&
        one.life.failure.empty())
      return one.plan.id;
  return std::nullopt;
}

std::vector<std::string> cdi_directories(const Backend& backend) {
  std::vector<std::string> directories;
  std::istringstream joined(backend.options.cdi_spec_dirs);
  for (std::string one; std::getline(joined, one, ':');)
    if (!one.empty()) directories.push_back(one);
  return directories;
}

Result<void> check_stands(const Sandbox& sandbox) {
  TRY(check_of_cri(sandbox.record()));
  if (sandbox.is_ready) return {};
  return Error{Kind::busy, 0, "sandbox '" + sandbox.id() + "' is not ready"};
}

}  // namespace

Result<std::string> create_container(const Backend& backend, const api::CreateContainerRequest& request) {
  const Store& store = backend.view.store();
  const std::string pod_id = TRY(backend.view.sandbox(request.pod_sandbox_id())).id();
  // Until the container is on record with its layers.
  const Fd images_held = TRY(ImageStore(backend.images()).hold());
  FoundImage found = TRY(find_image(backend.images(), request.config().image().image()));
  ContainerFacts facts = TRY(facts_of(std::move(found.image)));
  MachineFacts machine = TRY(find_machine(false));

  const Box box = TRY(store.lock_unnamed(pod_id, kLockPatience));
  const Sandbox sandbox = see(TRY(box.load()));
  TRY(check_stands(sandbox));
  std::vector<ContainerRecord> siblings = TRY(box.load_containers());
  ContainerRecord record;
  record.plan = TRY(plan_container(request.config(), {.pod = sandbox.record(),
                                                      .pod_config = sandbox.config(),
                                                      .siblings = siblings,
                                                      .facts = std::move(facts),
                                                      .machine = std::move(machine),
                                                      .layout = backend.layout(),
                                                      .images = backend.images(),
                                                      .cdi_directories = cdi_directories(backend)}));
  record.plan.image = found.shown;
  record.plan.image_id = found.id;
  if (auto before = made_before(siblings, record.plan)) return std::move(*before);
  for (const ContainerRecord& one : siblings)
    if (one.plan.key() == record.plan.key())
      return Error{Kind::exists, EEXIST,
                   "container '" + request.config().metadata().name() + "' has an attempt of that number (id " +
                       one.plan.id + ")"};
  record.plan.id = base::random_hex(32);
  record.life.created_at = wall_time();
  TRY(store.reserve_container(record.plan.id, pod_id, record.plan.key()));
  auto saved = box.save(record);
  if (saved) return record.plan.id;
  (void)store.release_container(record.plan.id);
  return std::move(saved).error();
}

}  // namespace podrun::cri
