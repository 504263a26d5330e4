// Root filesystems for containers, and OCI image layouts made by hand, so that tests can make wrong ones too.
#pragma once

#include <string>
#include <vector>

namespace integration {

// /bin/payload, busybox with its usual applets where the machine has it, /etc/passwd with root and the user "tester"
// (1000, group 1000, and in the group "extra", 2000).
void make_rootfs(const std::string& dir);

struct Layer {
  std::string tar;  // path of an uncompressed tar archive
  std::string media_type = "application/vnd.oci.image.layer.v1.tar";
  std::string diff_id = {};  // "sha256:…" in the config; empty: the right one
};

// Writes a layout with one image, tagged. `config` is the JSON object of the image config's "config".
void make_oci_layout(const std::string& dir, const std::string& tag, const std::vector<Layer>& layers,
                     const std::string& config = "{}");

// tar archive of a directory's content.
std::string tar_of(const std::string& dir, const std::string& archive);

std::string sha256_of(const std::string& file);  // hex

}  // namespace integration
