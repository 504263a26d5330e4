// Images as the CRI has them: one an id, which is the digest of the config, with all of its names.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "runtime/cri/backend.h"

namespace podrun::cri {

Result<std::vector<api::Image>> list_images(const Backend& backend, const api::ImageFilter& filter);
// Empty where there is none of that name or id.
Result<std::optional<api::Image>> find_image(const Backend& backend, const std::string& name);
// All its names go, and it with them. One that is not there is success.
Result<void> remove_image(const Backend& backend, const std::string& name);
// What images take of the disk.
Result<api::FilesystemUsage> image_disk(const Backend& backend);

// The same image asked for twice at once is fetched once.
class Pulls {
 public:
  explicit Pulls(const Backend& backend) : workers_(backend.workers) {}

  // The image's id. `is_cancelled`: the caller has gone, or has waited long enough; the fetching goes on for others.
  Result<std::string> pull(const api::PullImageRequest& request, const std::function<bool()>& is_cancelled);

 private:
  struct Pull;
  struct UnderWay {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Pull>> pulls;  // by name and credentials
  };

  Workers workers_;
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();  // with those that fetch, who may outlive this
};

}  // namespace podrun::cri
