// What is kept of images beside their layers, in the store's directory:
//
//     names.json          names, and the digest of the manifest that each leads to; replaced whole
//     names.lock          held by whoever replaces it
//     lock                held shared from the resolving of an image until it is on record with whoever wants it;
//                         exclusively by who removes
//     <sha256 hex>.json   of each image that has had a name: manifest and config as they were hashed
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/image/oci_layout.h"

namespace podrun::image {

struct NameEntry {
  Digest digest;
  bool imported = false;  // from a file: no registry is asked for it
};
using Names = std::map<std::string, NameEntry>;  // whole names

// Errors: corrupt.
Result<Names> load_names(const std::string& store);
// Nobody else changes them meanwhile.
Result<void> change_names(const std::string& store, const std::function<void(Names&)>& change);

struct ImageRecord {
  OciImage image;
  std::int64_t saved_at = 0;  // nanoseconds since the epoch
  std::uint64_t bytes = 0;    // of the files in its layers
};

// Errors: not_found; corrupt, also where manifest or config are not what their digests say.
Result<ImageRecord> load_record(const std::string& store, const Digest& digest);
Result<std::vector<ImageRecord>> load_records(const std::string& store);  // those that can be read
Result<void> save_record(const std::string& store, const ImageRecord& record);
Result<void> remove_record(const std::string& store, const Digest& digest);

// The lock, held by what is returned. Exclusive is waited for, and an interruption ends that; `waits`, where there is
// one, is called when there is a wait.
Result<Fd> lock_shared(const std::string& store);
Result<Fd> lock_exclusive(const std::string& store, const std::function<void()>& waits);

}  // namespace podrun::image
