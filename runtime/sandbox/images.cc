#include "runtime/sandbox/images.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/image/reference.h"
#include "runtime/store/own_node.h"

namespace podrun {
namespace {

bool is_asked_anew(PullPolicy policy, const image::Name& name, bool imported) {
  if (policy == PullPolicy::by_tag) return name.tag == "latest" && !imported;
  return policy == PullPolicy::always;
}

// Keys are registries, with or without a path of the repository behind them, and docker's own a URL.
bool has_login(const std::string& auths, const image::Name& name) {
  const auto parsed = nlohmann::json::parse(auths, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("auths")) return false;
  for (const auto& entry : parsed["auths"].items()) {
    std::string key = entry.key();
    for (const std::string_view scheme : {"https://", "http://"})
      if (key.starts_with(scheme)) key.erase(0, scheme.size());
    if (key.starts_with("index.docker.io")) key.erase(0, std::string_view("index.").size());
    if (key.starts_with("docker.io/v1")) key = "docker.io";
    while (key.ends_with('/')) key.pop_back();
    if ((name.without_tag() + "/").starts_with(key + "/")) return true;
  }
  return false;
}

Result<Image> pull(const ImageStore& images, const PodSpec& pod, const std::string& reference, const image::Name& name,
                   Registry registry) {
  if (has_login(pod.registry_auths, name)) registry.auths = pod.registry_auths;
  return images.pull(reference, registry);
}

}  // namespace

ImageStore image_store(const Host& host) {
  const Layout& layout = host.layout();
  return ImageStore(layout.images(), {layout.directories().state, layout.pods_data(), layout.ledger()});
}

Result<Image> provide_image(const Host& host, const PodSpec& pod, const ImageSpec& wanted, const Registry& registry) {
  const ImageStore images = image_store(host);
  const image::Reference reference = TRY(image::parse_reference(wanted.reference));
  auto found = images.resolve(wanted.reference);
  if (reference.form != image::Reference::Form::name) return found;
  const bool is_here = static_cast<bool>(found);
  if (!is_here && found.error().kind != Kind::not_found && found.error().kind != Kind::corrupt) return found;
  if (wanted.pull_policy == PullPolicy::never) return found;
  if (is_here && !is_asked_anew(wanted.pull_policy, reference.name, found->imported)) return found;
  auto pulled = pull(images, pod, wanted.reference, reference.name, registry);
  // Where nobody asked for the newest there is, one that is here is better than none.
  if (pulled || !is_here || wanted.pull_policy == PullPolicy::always || base::is_interruption(pulled.error()))
    return pulled;
  host.warn(pulled.error().what + "; the one that is here is taken");
  return found;
}

namespace {

// `prefix`: of the names of its pods.
Result<void> add_use(const Store& store, const std::string& prefix, ImageUse& use, std::vector<std::string>& broken) {
  for (const PodRecord& pod : TRY(store.list(&broken))) {
    const std::string name = prefix + pod.plan.who.name_space + "/" + pod.plan.who.name;
    const auto add = [&](const std::vector<std::string>& layers, const std::string& digest) {
      use.layers.insert(layers.begin(), layers.end());
      std::vector<std::string>& users = use.pods[digest];
      if (std::find(users.begin(), users.end(), name) == users.end()) users.push_back(name);
    };
    for (const VolumePlan& volume : pod.plan.volumes)
      if (const auto* files = std::get_if<ImageFiles>(&volume.source)) add(files->layers, files->digest);
    for (const ContainerRecord& container : TRY(store.load_containers(pod.plan.who.id, &broken))) {
      add(container.plan.layers, container.plan.image_digest);
      for (const MountPlan& row : container.plan.mounts)
        if (const auto* image = std::get_if<ImageFilesOf>(&row.source)) add(image->layers, image->digest);
    }
  }
  return {};
}

}  // namespace

Result<ImageUse> images_in_use(const Host& host) {
  ImageUse use;
  std::vector<std::string> broken;
  TRY(add_use(host.store, "", use, broken));
  for (const std::string& node : base::list_dir(host.layout().nodes()).value_or({}))
    TRY(add_use(Store(layout_of_node(host.layout(), node)), "node " + node + ": ", use, broken));
  if (broken.empty()) return use;
  return Error{Kind::corrupt, 0,
               "a record of '" + broken.front() +
                   "' cannot be read, so that nobody knows which images it uses (`podrun "
                   "recover`)"};
}

}  // namespace podrun
