// Names of images, as docker and podman take them: "nginx", "ghcr.io/a/b:1.2", "localhost:5000/a@sha256:…". Pure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

struct Name {
  std::string registry;    // "docker.io", "localhost:5000"
  std::string repository;  // "library/nginx"
  std::string tag;         // empty with a digest
  std::string digest;      // "sha256:…"; empty with a tag

  // The whole name, which is the same for all spellings: "docker.io/library/nginx:latest".
  std::string text() const;
  std::string without_tag() const { return registry + "/" + repository; }
};

// What is not said is docker's: registry docker.io, there "library/", tag latest. A tag beside a digest says nothing
// and goes. Errors: invalid, in words that go on after "image 'NAME': ".
Result<Name> parse_name(std::string_view text);

}  // namespace podrun::image
