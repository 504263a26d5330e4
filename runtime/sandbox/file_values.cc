#include "runtime/sandbox/file_values.h"

#include <fcntl.h>

#include "base/files.h"
#include "runtime/kernel/inside.h"
#include "runtime/kernel/regular_file.h"
#include "runtime/manifest/env_file.h"
#include "runtime/manifest/text.h"
#include "runtime/model/file_key.h"
#include "runtime/plan/volumes.h"

namespace podrun {
namespace {

constexpr std::size_t kLargestEnvFile = 1U << 20U;

Result<Fd> open_volume_of(const std::string& name, const PodPlan& pod, const PodLife& life) {
  for (const VolumePlan& volume : pod.volumes) {
    if (volume.name != name) continue;
    if (const auto* directory = std::get_if<PodDirectory>(&volume.source))
      return base::open_file(directory->path, O_PATH | O_DIRECTORY);
    if (std::holds_alternative<PodMemory>(volume.source))
      return base::open_file("/proc/" + std::to_string(life.pause.pid) + "/root" + place_in_pause(name),
                             O_PATH | O_DIRECTORY);
  }
  return Error{Kind::internal, 0, "the pod has no such volume"};
}

Result<std::string> read_env_file(const FileKey& file, const PodPlan& pod, const PodLife& life) {
  const Fd volume = TRY(open_volume_of(file.volume, pod, life));
  const Fd opened = TRY(open_inside(volume.get(), file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  return read_regular(opened, file.path, kLargestEnvFile);
}

Result<std::optional<std::string>> value_of(const FileKey& file, const PodPlan& pod, const PodLife& life) {
  const std::string where = "read '" + file.path + "' of volume '" + file.volume + "'";
  auto text = read_env_file(file, pod, life);
  if (!text && file.optional && text.error().error_number == ENOENT) return std::optional<std::string>();
  auto found = TRY(manifest::find_in_env_file(TRY(std::move(text).in(where)), file.key).in(where));
  if (!found && !file.optional) return Error{Kind::not_found, 0, where + ": it has no '" + file.key + "'"};
  if (found && (found->find('\0') != std::string::npos || manifest::find_bad_utf8(*found)))
    return Error{Kind::invalid, 0, where + ": '" + file.key + "' is no UTF-8 text, which a variable has to be"};
  return found;
}

}  // namespace

Result<std::map<std::string, std::string>> read_file_values(const Process& process, const PodPlan& pod,
                                                            const PodLife& life) {
  std::map<std::string, std::string> values;
  for (const auto& [name, text] : process.env) {
    std::optional<Error> failure;
    holes::fill(text, [&](std::string_view hole) -> std::optional<std::string> {
      const auto file = holes::file_key(hole);
      if (!file || failure || values.count(std::string(hole)) != 0) return std::nullopt;
      auto value = value_of(*file, pod, life);
      if (!value)
        failure = std::move(value).error();
      else if (*value)
        values.emplace(hole, **value);
      return std::nullopt;
    });
    if (failure) return std::move(*failure).in("variable '" + name + "'");
  }
  return values;
}

}  // namespace podrun
