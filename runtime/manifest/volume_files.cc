#include "runtime/manifest/volume_files.h"

#include <algorithm>
#include <filesystem>

#include "runtime/manifest/downward.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

using Data = std::map<std::string, std::string, std::less<>>;

constexpr std::uint32_t kMode = 0644;
constexpr std::size_t kMostFileBytes = std::size_t{16} << 20U;  // of a volume: each item may name the same key

std::uint32_t read_mode(const Reader& given, std::string_view field, std::uint32_t otherwise) {
  return static_cast<std::uint32_t>(given.whole(field, {0, 0777}).value_or(otherwise));
}

// Empty, and told, where it is no path below a volume.
std::string read_path(const Reader& given) {
  const std::string text = given.text("path");
  const std::string path = std::filesystem::path(text).lexically_normal();
  std::string why;
  if (text.empty())
    why = "is missing";
  else if (text.starts_with('/'))
    why = quote(text) + " is not relative";
  else if (("/" + text).find("/..") != std::string::npos)
    why = quote(text) + " has a name that begins with '..'";
  else if (path == "." || path.ends_with('/'))
    why = quote(text) + " names no file";
  if (!why.empty()) given.bad("path", why);
  return why.empty() ? path : std::string();
}

// The files of one volume: of two at one path the later one counts, as with the kubelet.
class Files {
 public:
  // `list` is the field that names them.
  Files(const Reader& volume, const char* list, bool host_users)
      : volume_(volume),
        list_(list),
        host_users_(host_users),
        mode_(read_mode(volume, "defaultMode", kMode)),
        user_(read_id("defaultUser", volume, host_users).value_or(0)) {}

  // As all of the volume's are.
  void add(const std::string& path, std::string content) { add({path, std::move(content), mode_, user_}); }
  // As the item says.
  void add(const Reader& item, const std::string& path, std::string content, bool has_holes = false) {
    add({path, std::move(content), read_mode(item, "mode", mode_), read_id("user", item, host_users_).value_or(user_),
         has_holes});
  }

  FilesSpec take() {
    std::sort(spec_.files.begin(), spec_.files.end(),
              [](const VolumeFile& a, const VolumeFile& b) { return a.path < b.path; });
    for (const VolumeFile& above : spec_.files)
      for (const VolumeFile& file : spec_.files)
        if (file.path.starts_with(above.path + "/"))
          volume_.bad(list_, quote(above.path) + " is a file, and " + quote(file.path) + " is below it");
    return std::move(spec_);
  }

 private:
  void add(VolumeFile file) {
    if (file.path.empty() || bytes_ > kMostFileBytes) return;
    bytes_ += file.content.size();
    if (bytes_ > kMostFileBytes) return volume_.bad(list_, "make files of more than 16 MiB");
    std::erase_if(spec_.files, [&](const VolumeFile& other) { return other.path == file.path; });
    spec_.files.push_back(std::move(file));
  }

  const Reader& volume_;
  const char* list_;
  bool host_users_;
  std::uint32_t mode_;
  std::uint32_t user_;
  std::size_t bytes_ = 0;
  FilesSpec spec_;
};

// Files of all keys, or of those that `items` name.
void add_data(const Reader& given, const Data& data, const std::string& shown, Files& files) {
  if (given.items("items").empty())
    for (const auto& [key, content] : data) files.add(key, content);
  for (const Reader& item : given.items("items")) {
    const std::string path = read_path(item);
    const std::string key = item.text("key");
    const auto found = data.find(key);
    if (key.empty())
      item.bad("key", "is missing");
    else if (found != data.end())
      files.add(item, path, found->second);
    else if (!given.flag("optional"))
      item.bad("key", quote(key) + " is no key of " + shown);
  }
}

// Without one that is optional there are no files.
template <class Companion>
void add_companion(const Reader& given, const char* name_field, const char* kind, const Companion* companion,
                   const PodSpec& pod, Files& files) {
  const std::string name = given.text(name_field);
  if (companion != nullptr)
    add_data(given, companion->data, std::string(kind) + " " + quote(name), files);
  else if (name.empty())
    given.bad(name_field, "is missing");
  else if (!given.flag("optional"))
    given.bad(name_field, why_missing(kind, name, pod.name_space));
}

void add_config_map(const Reader& given, const PodSpec& pod, const Companions& beside, Files& files) {
  add_companion(given, "name", "ConfigMap", beside.find_config_map(pod.name_space, given.text("name")), pod, files);
}

void add_secret(const Reader& given, const char* name_field, const PodSpec& pod, const Companions& beside,
                Files& files) {
  add_companion(given, name_field, "Secret", beside.find_secret(pod.name_space, given.text(name_field)), pod, files);
}

void add_downward(const Reader& given, const Reader& pod_spec, const PodSpec& pod, Files& files) {
  for (const Reader& item : given.items("items")) {
    const std::string path = read_path(item);
    const bool of_field = item.has("fieldRef");
    if (of_field == item.has("resourceFieldRef")) {
      item.bad("fieldRef", "needs to stand here, or resourceFieldRef, and not both");
      continue;
    }
    const auto content = of_field ? read_file_field_ref(item.at("fieldRef"), pod_spec, pod)
                                  : read_resource_ref(item.at("resourceFieldRef"), pod_spec, "");
    if (content) files.add(item, path, *content, true);
  }
}

}  // namespace

FilesSpec read_config_map_volume(const Reader& given, const PodSpec& pod, const Companions& beside) {
  Files files(given, "items", pod.host_users);
  add_config_map(given, pod, beside, files);
  return files.take();
}

FilesSpec read_secret_volume(const Reader& given, const PodSpec& pod, const Companions& beside) {
  Files files(given, "items", pod.host_users);
  add_secret(given, "secretName", pod, beside, files);
  return files.take();
}

FilesSpec read_downward_volume(const Reader& given, const Reader& pod_spec, const PodSpec& pod) {
  Files files(given, "items", pod.host_users);
  add_downward(given, pod_spec, pod, files);
  return files.take();
}

FilesSpec read_projected_volume(const Reader& given, const Reader& pod_spec, const PodSpec& pod,
                                const Companions& beside) {
  Files files(given, "sources", pod.host_users);
  for (const Reader& source : given.items("sources")) {
    if (source.has("configMap")) add_config_map(source.at("configMap"), pod, beside, files);
    if (source.has("secret")) add_secret(source.at("secret"), "name", pod, beside, files);
    if (source.has("downwardAPI")) add_downward(source.at("downwardAPI"), pod_spec, pod, files);
  }
  return files.take();
}

}  // namespace podrun::manifest
