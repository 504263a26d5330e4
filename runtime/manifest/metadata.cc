#include <algorithm>
#include <cctype>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMaxAnnotationBytes = std::size_t{256} * 1024;  // keys and values together

std::map<std::string, std::string> read_labels(const Reader& metadata) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : metadata.entries("labels")) {
    if (const std::string why = why_bad_label_key(key); !why.empty()) metadata.bad("labels", quote(key) + " " + why);
    if (const std::string why = why_bad_label_value(value); !why.empty())
      metadata.at("labels").bad(key, quote(value) + " " + why);
    labels[key] = value;
  }
  return labels;
}

std::map<std::string, std::string> read_annotations(const Reader& metadata) {
  std::map<std::string, std::string> annotations;
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata.entries("annotations")) {
    std::string lower = key;  // unlike a label's, the prefix of an annotation's key may have capitals
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (const std::string why = why_bad_label_key(lower); !why.empty())
      metadata.bad("annotations", quote(key) + " " + why);
    bytes += key.size() + value.size();
    annotations[key] = value;
  }
  if (bytes > kMaxAnnotationBytes) metadata.bad("annotations", "are larger than 256 KiB together");
  return annotations;
}

// A cluster's is a UUID or a hash, and the API server has no rule for it: here it goes into CNI_ARGS.
std::string why_bad_uid(std::string_view uid) {
  constexpr std::size_t kLongest = 128;
  const bool good = uid.size() <= kLongest && std::all_of(uid.begin(), uid.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
                    });
  return good ? "" : "is not one word of letters, digits, '-', '_' and '.', at most 128";
}

}  // namespace

void read_metadata(const Reader& metadata, PodSpec& pod) {
  pod.name = metadata.text("name");
  const bool is_named = metadata.has("name");
  // Where there is a name, a cluster has been at work and this is what it was made of.
  if (!is_named && !metadata.text("generateName").empty())
    metadata.bad("generateName", "is not supported yet; give a name", Kind::unsupported);
  else if (!is_named)
    metadata.bad("name", "is missing");
  if (const std::string why = why_bad_subdomain(pod.name); is_named && !why.empty())
    metadata.bad("name", quote(pod.name) + " " + why);

  if (const std::string given = metadata.text("namespace"); !given.empty()) pod.name_space = given;
  if (const std::string why = why_bad_label(pod.name_space); !why.empty())
    metadata.bad("namespace", quote(pod.name_space) + " " + why);

  pod.uid = metadata.text("uid");
  if (const std::string why = why_bad_uid(pod.uid); !why.empty()) metadata.bad("uid", quote(pod.uid) + " " + why);

  pod.labels = read_labels(metadata);
  pod.annotations = read_annotations(metadata);
}

}  // namespace podrun::manifest
