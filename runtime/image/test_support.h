// Tars and OCI layouts made by the tests, good ones and hostile ones.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/image/oci_layout.h"

struct archive;

#define SKIP_UNLESS_ROOT(why) \
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: " << (why)

namespace podrun::image::testing {

using base::TempDir;

struct TarEntry {
  std::string name;
  mode_t type = S_IFREG;
  mode_t mode = 0644;
  std::string content;    // S_IFREG
  std::string link;       // S_IFLNK: the target
  std::string hard_link;  // not empty: a hard link to this name
  std::int64_t uid = ::geteuid();
  std::int64_t gid = ::getegid();
  std::int64_t mtime = 1'600'000'000;
  std::vector<std::pair<std::string, std::string>> xattrs;
};

TarEntry file(std::string name, std::string content = "", mode_t mode = 0644);
TarEntry directory(std::string name, mode_t mode = 0755);
TarEntry symlink_to(std::string name, std::string target);
TarEntry hard_link_to(std::string name, std::string target);
TarEntry node(std::string name, mode_t type);

std::string make_tar(const std::vector<TarEntry>& entries);
std::string compress(const std::string& bytes, Compression compression);
Digest digest_of(const std::string& bytes);

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);
struct stat lstat_of(const std::string& path);  // st_mode 0 where nothing is
std::string xattr_of(const std::string& path, const std::string& name);

// An OCI layout with one image, written by write(); what it says can be bent before.
class TestLayout {
 public:
  explicit TestLayout(std::string path);

  LayerBlob add_layer(const std::string& tar, Compression compression = Compression::gzip);
  std::string add_blob(const std::string& bytes);  // the digest's text
  std::string blob_path(const Digest& digest) const;

  // Config and manifest into blobs; the manifest's descriptor as JSON, for an index.
  std::string add_image(const std::string& tag = "", const std::string& platform_json = "");
  void write_index(const std::vector<std::string>& descriptors);
  void write(const std::string& tag = "latest") { write_index({add_image(tag)}); }

  const std::string& path() const { return path_; }
  std::string config_json = R"({"Cmd":["/bin/sh"],"Env":["PATH=/bin","EMPTY="],"WorkingDir":"/srv","User":"app"})";
  std::string architecture = this_platform().architecture;
  std::vector<LayerBlob> layers;
  bool name_diff_ids = true;  // false: the config knows of no layer

 private:
  std::string path_;
};

}  // namespace podrun::image::testing
