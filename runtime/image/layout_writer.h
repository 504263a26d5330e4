// Writes an OCI layout, for images that come in other forms.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/oci_layout.h"

namespace podrun::image {

class LayoutWriter {
 public:
  // `path` is a directory.
  static Result<LayoutWriter> begin(const std::string& path);

  std::string blob_path(const Digest& digest) const;
  std::string spare_path() const { return path_ + "/blobs/sha256/part"; }  // for a blob whose digest is not known yet
  Result<Digest> add_text(const std::string& text);

  // An image of these blobs, as the next tag: "0", "1", …
  Result<void> add_image(const std::string& config, const std::vector<LayerBlob>& layers);
  Result<void> finish() const;  // index.json

 private:
  explicit LayoutWriter(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::vector<std::pair<std::string, std::size_t>> manifests_;  // digest and size
};

// As the first bytes say.
Result<Compression> compression_of_file(const std::string& path);

}  // namespace podrun::image
