#include "runtime/image/choose.h"

#include <algorithm>
#include <set>

namespace podrun::image {
namespace {

constexpr std::size_t kShown = 20;

std::string list(const std::set<std::string>& names) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown++ == kShown) return text + ", …";
    if (!text.empty()) text += ", ";
    // A tag is any JSON string; a message is one line.
    for (const char c : name.substr(0, 128)) text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return text;
}

// BuildKit puts what it has to say of an image beside it, for a platform of this name.
bool is_attestation(const Descriptor& entry) {
  return entry.platform.os == "unknown" && entry.platform.architecture == "unknown";
}

std::set<std::string> tags_of(const std::vector<Descriptor>& index) {
  std::set<std::string> tags;
  for (const Descriptor& entry : index) tags.insert(entry.ref_name.empty() ? "(untagged)" : entry.ref_name);
  return tags;
}

std::vector<Descriptor> with_tag(const std::vector<Descriptor>& index, const std::string& tag) {
  std::vector<Descriptor> found;
  std::copy_if(index.begin(), index.end(), std::back_inserter(found),
               [&](const Descriptor& entry) { return entry.ref_name == tag; });
  return found;
}

}  // namespace

Result<std::vector<Descriptor>> choose_tag(const std::vector<Descriptor>& index, const std::string& tag) {
  std::vector<Descriptor> images;
  std::copy_if(index.begin(), index.end(), std::back_inserter(images), [](const Descriptor& entry) {
    return (is_index(entry) || is_manifest(entry)) && !is_attestation(entry);
  });
  if (images.empty()) return Error{Kind::not_found, 0, "the layout holds no image"};
  const std::set<std::string> tags = tags_of(images);
  if (!tag.empty()) {
    auto found = with_tag(images, tag);
    if (found.empty())
      return Error{Kind::not_found, 0, "tag '" + tag + "': no such tag in the layout; it has " + list(tags)};
    return found;
  }
  if (tags.size() == 1) return images;
  auto latest = with_tag(images, "latest");
  if (latest.empty())
    return Error{Kind::invalid, 0, "the layout holds several images; add one of its tags (oci:DIR:TAG): " + list(tags)};
  return latest;
}

Result<Descriptor> choose_platform(const std::vector<Descriptor>& entries, const Platform& machine) {
  const Descriptor* best = nullptr;
  bool alone = true;
  std::set<std::string> offered;
  for (const Descriptor& entry : entries) {
    if (!is_index(entry) && !is_manifest(entry)) continue;
    const int fit = fitness(entry.platform, machine);
    offered.insert(entry.platform.text());
    if (fit < 0) continue;
    const int so_far = best == nullptr ? 0 : fitness(best->platform, machine);
    if (best == nullptr || fit < so_far) {
      best = &entry;
      alone = true;
    } else if (fit == so_far && entry.digest != best->digest) {
      alone = false;
    }
  }
  if (best == nullptr)
    return Error{Kind::unsupported, 0, "no image for " + machine.text() + "; there is " + list(offered)};
  if (!alone) return Error{Kind::invalid, 0, "two different images for " + machine.text() + " under the same tag"};
  return *best;
}

}  // namespace podrun::image
