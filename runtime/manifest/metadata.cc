#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMaxAnnotationBytes = std::size_t{256} * 1024;  // keys and values together

Result<std::map<std::string, std::string>> read_labels(const Reader& metadata) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : metadata.entries("labels")) {
    if (const std::string why = why_bad_label_key(key); !why.empty())
      return metadata.bad("labels", quote(key) + " " + why);
    if (const std::string why = why_bad_label_value(value); !why.empty())
      return metadata.at("labels").bad(key, quote(value) + " " + why);
    labels[key] = value;
  }
  return labels;
}

Result<std::map<std::string, std::string>> read_annotations(const Reader& metadata) {
  std::map<std::string, std::string> annotations;
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata.entries("annotations")) {
    std::string lower = key;  // unlike a label's, the prefix of an annotation's key may have capitals
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (const std::string why = why_bad_label_key(lower); !why.empty())
      return metadata.bad("annotations", quote(key) + " " + why);
    if ((bytes += key.size() + value.size()) > kMaxAnnotationBytes)
      return metadata.bad("annotations", "are larger than 256 KiB together");
    annotations[key] = value;
  }
  return annotations;
}

}  // namespace

Result<void> read_metadata(const Reader& metadata, PodSpec& pod) {
  if (!metadata.has("name")) return metadata.bad("name", "is missing");
  pod.name = metadata.text("name");
  if (const std::string why = why_bad_subdomain(pod.name); !why.empty())
    return metadata.bad("name", quote(pod.name) + " " + why);

  if (const std::string given = metadata.text("namespace"); !given.empty()) pod.name_space = given;
  if (const std::string why = why_bad_label(pod.name_space); !why.empty())
    return metadata.bad("namespace", quote(pod.name_space) + " " + why);

  pod.labels = TRY(read_labels(metadata));
  pod.annotations = TRY(read_annotations(metadata));
  return {};
}

}  // namespace podrun::manifest
