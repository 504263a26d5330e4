// Texts into the objects that they hold, one at a time: documents of a stream, and items of Lists.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/problems.h"
#include "runtime/manifest/tree.h"

namespace podrun::manifest {

struct Object {
  Json value;           // an object
  std::string kind;     // "Deployment"
  std::string group;    // "apps"; empty for v1
  std::string version;  // with it: "apps/v1"
  std::string source;   // names it in errors: "web.yaml", or "web.yaml (Pod web)" beside others of the file
  std::string path;     // where it stands in its document: "", "items[2]"

  std::string name() const;  // as far as it has one
};

// In their order. What cannot be read, and what has no kind or apiVersion, is a problem. Where there is no name but a
// generateName, a name is made of it, if that is wanted.
std::vector<Object> read_objects(const std::vector<ManifestText>& texts, const ManifestOptions& options,
                                 Problems& problems);

}  // namespace podrun::manifest
