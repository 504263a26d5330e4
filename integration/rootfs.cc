#include "integration/rootfs.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "integration/command.h"
#include "integration/needs.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

constexpr const char* kApplets[] = {"sh",   "cat",      "chmod", "cp",   "date", "echo", "env",   "false", "grep",
                                    "head", "hostname", "httpd", "id",   "ip",   "kill", "ln",    "ls",    "mkdir",
                                    "mv",   "nc",       "ps",    "pwd",  "rm",   "sed",  "sleep", "stat",  "tail",
                                    "test", "touch",    "tr",    "true", "tty",  "wc",   "wget"};

// Adds a file to the layout's blobs and says where: {mediaType, digest, size}.
Json add_blob(const fs::path& layout, const std::string& file, const std::string& media_type) {
  const std::string digest = sha256_of(file);
  const fs::path blob = layout / "blobs/sha256" / digest;
  fs::copy_file(file, blob, fs::copy_options::overwrite_existing);
  return {{"mediaType", media_type}, {"digest", "sha256:" + digest}, {"size", fs::file_size(blob)}};
}

Json add_json(const fs::path& layout, const Json& document, const std::string& media_type) {
  const fs::path file = layout / "new";
  write(file, document.dump());
  const Json descriptor = add_blob(layout, file.string(), media_type);
  fs::remove(file);
  return descriptor;
}

}  // namespace

void make_rootfs(const std::string& dir) {
  const fs::path root(dir);
  fs::create_directories(root / "bin");
  fs::create_directories(root / "tmp");
  fs::permissions(root / "tmp", fs::perms::all | fs::perms::sticky_bit);
  fs::copy_file(tests_dir() + "/payload", root / "bin/payload", fs::copy_options::overwrite_existing);
  write(root / "etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntester:x:1000:1000::/home/tester:/bin/sh\n");
  write(root / "etc/group", "root:x:0:\ntester:x:1000:\nextra:x:2000:tester\n");
  if (need::busybox()) return;
  fs::copy_file("/bin/busybox", root / "bin/busybox", fs::copy_options::overwrite_existing);
  for (const char* applet : kApplets) {
    std::error_code error;
    fs::create_symlink("busybox", root / "bin" / applet, error);
  }
}

std::string sha256_of(const std::string& file) { return run({"sha256sum", "--", file}).out.substr(0, 64); }

std::string tar_of(const std::string& dir, const std::string& archive) {
  run({"tar", "--numeric-owner", "-C", dir, "-cf", archive, "."});
  return archive;
}

void make_oci_layout(const std::string& dir, const std::string& tag, const std::vector<Layer>& layers,
                     const std::string& config) {
  const fs::path layout(dir);
  fs::create_directories(layout / "blobs/sha256");
  write(layout / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  Json manifest{
      {"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.manifest.v1+json"}, {"layers", Json::array()}};
  Json diff_ids = Json::array();
  for (const Layer& layer : layers) {
    diff_ids.push_back(layer.diff_id.empty() ? "sha256:" + sha256_of(layer.tar) : layer.diff_id);
    manifest["layers"].push_back(add_blob(layout, layer.tar, layer.media_type));
  }
  const std::string architecture = run({"uname", "-m"}).out.starts_with("x86_64") ? "amd64" : "arm64";
  const Json image{{"architecture", architecture},
                   {"os", "linux"},
                   {"config", Json::parse(config)},
                   {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}}};
  manifest["config"] = add_json(layout, image, "application/vnd.oci.image.config.v1+json");
  Json entry = add_json(layout, manifest, "application/vnd.oci.image.manifest.v1+json");
  entry["annotations"] = {{"org.opencontainers.image.ref.name", tag}};
  write(layout / "index.json", Json{{"schemaVersion", 2}, {"manifests", {entry}}}.dump());
}

}  // namespace integration
