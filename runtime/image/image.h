// Images: what a container's root filesystem is made of. A reference is "rootfs:DIR" (a directory, taken as it is and
// shared read-only), "oci:DIR[:TAG]" (an OCI image layout), or the name of an image that has been pulled or imported
// ("nginx:1.27"). Layers are unpacked once, under the digest of their uncompressed content, and shared read-only by
// every pod.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::pair<std::string, std::string>> env;
  std::string working_dir;  // empty: /
  std::string user;         // "", "name", "uid", "name:group", "uid:gid": resolved against the image's /etc/passwd
  std::string stop_signal;  // as parse_signal() reads it; empty: SIGTERM
  std::vector<std::string> volumes;  // directories that hold data of whoever runs it, as the config has them
};

struct ImageLayers {
  std::vector<std::string> paths;  // directories, lowest first; never empty
  // Of rootfs:, the directory that was looked at (O_PATH). Its path may lead elsewhere by now; this one is what is
  // used.
  std::shared_ptr<const Fd> held;

  // For reading: paths that lead to what is held.
  std::vector<std::string> readable() const;
  // For what has to go by the path: is `opened` what is held? Kind::denied when another took its place.
  Result<void> check(int opened) const;
};

struct Image {
  std::string reference;  // as the manifest has it
  std::string digest;     // "sha256:…" of the manifest; empty for rootfs:
  ImageLayers layers;
  ImageConfig config;
  bool imported = false;  // a name that no registry is asked for
};

// How registries are asked.
struct Registry {
  std::string auth_file;                             // as containers-auth.json(5) has it; empty: skopeo's own choice
  std::string auths;                                 // the text of one, which goes before
  std::optional<bool> tls_verify;                    // empty: as registries.conf says
  std::function<void(const std::string&)> progress;  // may be empty; how far it is, in words; at the end none
};

// Everything under `store_dir` (…/images) is podrun's: layers/<sha256>/ once unpacked and verified, blobs/ as they come
// from registries, names and records (record.h), tmp/ while something is made (a crash leaves only what the next call
// removes). Concurrent callers may pull or unpack the same; one of them wins.
class ImageStore {
 public:
  // `own`: directories of ours with files of pods; no rootfs: may be one, hold one or lie in one.
  explicit ImageStore(std::string store_dir, std::vector<std::string> own = {})
      : store_dir_(std::move(store_dir)), own_(std::move(own)) {
    own_.push_back(store_dir_);
  }

  // Nothing is removed while the result is there. To be held from the resolving of an image until it is on record with
  // whoever wants it.
  Result<Fd> hold() const;

  // Finds what `reference` names; unpacks and verifies layers that are not there yet. Errors: not_found (no such
  // directory, no such tag, no image of that name here), corrupt (digest mismatch, a layer that climbs out of its
  // root), invalid (no such form), unsupported (media type, architecture).
  Result<Image> resolve(const std::string& reference) const;

  // The image that a registry has under `name`, now. What an interrupted pull has fetched whole is not fetched again.
  // Before all of it is here and verified the name leads to what it did. Errors: unsupported (no skopeo), not_found,
  // denied, corrupt; EINTR.
  Result<Image> pull(const std::string& name, const Registry& registry) const;

 private:
  std::string store_dir_;
  std::vector<std::string> own_;
};

// Who a container runs as, looked up in its image's own /etc/passwd and /etc/group (never through the host's NSS).
struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, sorted
  std::string home = "/";
  std::string name;  // empty where passwd does not know the uid
};

// `wanted` as in ImageConfig::user. `passwd` and `group` are the files' texts, empty where absent. An unknown name is
// Kind::invalid; an unknown number is fine.
Result<User> resolve_user(const std::string& wanted, std::string_view passwd, std::string_view group);

// The text of one file inside the stack of layers, top layer first; empty where absent. Regular files up to 4 MiB only,
// looked at before they are opened; links lead nowhere but inside, and mounts are no part of a layer. So it may be
// asked of what a container can change under its hands ("/proc/PID/root" as the only layer).
Result<std::string> read_from_layers(const std::vector<std::string>& layers, const std::string& path);

// What stands at a path in the stack of layers, as above.
struct InLayers {
  enum class What { nothing, directory, file, mounted };
  What what = What::nothing;
  std::string path;  // with no link in it, as far as something is there
};
// `mounted`: paths of that kind where something else is mounted; what is there or below is not looked at.
Result<InLayers> find_in_layers(const std::vector<std::string>& layers, const std::string& path,
                                const std::set<std::string>& mounted = {});

}  // namespace podrun
