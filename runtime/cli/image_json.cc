#include "runtime/cli/image_json.h"

#include <nlohmann/json.hpp>

#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

Json part(const Json& object, const char* key, Json otherwise = nullptr) {
  const auto found = object.find(key);
  return found != object.end() ? *found : std::move(otherwise);
}

Json config_of(const image::StoredImage& image) { return Json::parse(image.record.image.config_text, nullptr, false); }

}  // namespace

std::int64_t created_at(const image::StoredImage& image) {
  return parse_time(image.record.image.created).value_or(image.record.saved_at);
}

Json image_summary(const image::StoredImage& image) {
  const Json config = part(config_of(image), "config", Json::object());
  return {{"Id", image.record.image.config_digest.text()},
          {"Digest", image.record.image.manifest.text()},
          {"RepoTags", image.names},
          {"Created", rfc3339(created_at(image))},
          {"Size", image.record.bytes},
          {"Labels", config.is_object() ? part(config, "Labels") : Json()}};
}

Json image_details(const image::StoredImage& image) {
  const Json config = config_of(image);
  Json details = image_summary(image);
  details["Pulled"] = rfc3339(image.record.saved_at);
  details["Architecture"] = part(config, "architecture", "");
  details["Os"] = part(config, "os", "");
  details["Config"] = part(config, "config", Json::object());
  details["History"] = part(config, "history", Json::array());
  details["RootFS"] = {{"Type", "layers"}, {"Layers", Json::array()}};
  for (const image::LayerBlob& layer : image.record.image.layers)
    details["RootFS"]["Layers"].push_back(layer.diff_id.text());
  return details;
}

}  // namespace podrun::cli
