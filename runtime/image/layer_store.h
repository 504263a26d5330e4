// Unpacked layers, each under the digest of its uncompressed content:
//
//     <store>/layers/<sha256 hex>/     whole and verified, or not there; never changed once there
//     <store>/layers/empty/            for images without layers
//     <store>/tmp/<random>/<name>/     while unpacking
//
// Both directories are 0700: set-id programs of images are not for the host's users.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/image/oci_layout.h"

namespace podrun::image {

inline constexpr const char* kEmptyLayer = "empty";

// How far it is, in words: "unpacking layer 2 of 5". Called by any of several threads, one at a time; may be empty.
using Progress = std::function<void(const std::string&)>;

// The directories of the layers, lowest first, each once, never none. Unpacks what is missing, several at a time: all
// of it is verified and on disk before any of it gets its name. A process that finds a name taken meanwhile drops its
// own copy.
Result<std::vector<std::string>> provide_layers(const std::string& store, const std::string& layout,
                                                const std::vector<LayerBlob>& layers, const Progress& progress = {});

// The same of layers that are there already; Kind::not_found where one is not.
Result<std::vector<std::string>> find_layers(const std::string& store, const std::vector<LayerBlob>& layers);

}  // namespace podrun::image
