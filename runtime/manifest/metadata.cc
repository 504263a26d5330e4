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

ObjectName read_object_name(const Reader& metadata, const ManifestOptions& options) {
  ObjectName object{metadata.text("name"), options.name_space};
  if (!metadata.has("name") && !metadata.text("generateName").empty())
    metadata.bad("generateName", "is another name each time; give a name, so that it can be told which is meant");
  else if (!metadata.has("name"))
    metadata.bad("name", "is missing");
  else if (const std::string why = why_bad_subdomain(object.name); !why.empty())
    metadata.bad("name", quote(object.name) + " " + why);

  if (const std::string given = metadata.text("namespace"); !given.empty()) object.name_space = given;
  if (const std::string why = why_bad_label(object.name_space); !why.empty())
    metadata.bad("namespace", quote(object.name_space) + " " + why);
  else if (options.only_there && object.name_space != options.name_space)
    metadata.bad("namespace", quote(object.name_space) + " is not --namespace " + quote(options.name_space));
  return object;
}

void read_metadata(const Reader& metadata, const ManifestOptions& options, PodSpec& pod) {
  const ObjectName who = read_object_name(metadata, options);
  pod.name = who.name;
  pod.name_space = who.name_space;
  pod.uid = metadata.text("uid");
  if (const std::string why = why_bad_uid(pod.uid); !why.empty()) metadata.bad("uid", quote(pod.uid) + " " + why);

  pod.labels = read_labels(metadata);
  pod.annotations = read_annotations(metadata);
}

}  // namespace podrun::manifest
