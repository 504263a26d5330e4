// A layer's tar, unpacked for real into a directory beside a file that no layer may touch. The digests fit,
// as those of a hostile image would.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/files.h"
#include "runtime/image/unpack.h"

namespace {

using podrun::image::Compression;
using podrun::image::Digest;
using podrun::image::Hasher;
using podrun::image::LayerBlob;

constexpr const char* kUntouched = "untouched";

void require(bool holds) {
  if (!holds) std::abort();
}

std::string make_world() {
  const char* parent = std::getenv("TMPDIR");
  std::string path = std::string(parent == nullptr ? "/tmp" : parent) + "/podrun-layer-fuzzer-XXXXXX";
  require(::mkdtemp(path.data()) != nullptr);
  require(static_cast<bool>(base::make_dirs(path + "/layout/blobs/sha256")));
  require(static_cast<bool>(base::write_file_durably(path + "/victim", kUntouched)));
  return path;
}

const std::string& world() {
  static const std::string path = [] {
    static std::string made = make_world();
    std::atexit([] { static_cast<void>(base::remove_tree(made)); });
    return made;
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Hasher hasher(Digest::Algorithm::sha256);
  hasher.update(data, size);
  const Digest digest = hasher.finish();
  const std::string blob = world() + "/layout/blobs/sha256/" + digest.hex;
  const auto out = base::open_file(blob, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  require(out && base::write_all(out->get(), {reinterpret_cast<const char*>(data), size}, blob));

  const std::string root = world() + "/root";
  require(::mkdir(root.c_str(), 0755) == 0);
  const LayerBlob layer{digest, size, Compression::none, digest};
  static_cast<void>(podrun::image::unpack_layer(world() + "/layout", layer, root));

  require(base::read_file(world() + "/victim").value_or("") == kUntouched);
  require(base::list_dir(world()).value_or({}) == std::vector<std::string>{"layout", "root", "victim"});
  require(static_cast<bool>(base::remove_tree(root)));
  require(static_cast<bool>(base::remove_file(blob)));
  return 0;
}
