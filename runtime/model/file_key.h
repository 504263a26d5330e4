// A key of a file in a volume of the pod (env[].valueFrom.fileKeyRef), as a hole in a text (holes.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/model/holes.h"

namespace podrun {

struct FileKey {
  std::string volume;  // a DNS label
  std::string path;    // below the volume
  std::string key;     // without '='
  bool optional = false;
};

namespace holes {

inline constexpr std::string_view kFileKey = "file:";
inline constexpr std::string_view kOptionalFileKey = "file?:";

inline std::string make(const FileKey& file) {
  return make(std::string(file.optional ? kOptionalFileKey : kFileKey) + file.volume + "/" + file.path + "=" +
              file.key);
}

// What a hole's name says; empty where it is of something else.
inline std::optional<FileKey> file_key(std::string_view name) {
  FileKey file;
  file.optional = name.starts_with(kOptionalFileKey);
  if (!file.optional && !name.starts_with(kFileKey)) return std::nullopt;
  name.remove_prefix(file.optional ? kOptionalFileKey.size() : kFileKey.size());
  const auto slash = name.find('/');
  const auto equals = name.rfind('=');
  if (slash == std::string_view::npos || equals == std::string_view::npos || equals < slash) return std::nullopt;
  file.volume = name.substr(0, slash);
  file.path = name.substr(slash + 1, equals - slash - 1);
  file.key = name.substr(equals + 1);
  return file;
}

}  // namespace holes
}  // namespace podrun
