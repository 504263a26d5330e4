// What podruns before format 2 wrote: one record.json a pod, its containers in it, and containers/NAME/exit by their
// shims, which may still be running. Their pods are listed, entered and deleted as any; what such a record does not
// have (mounts, layers, limits) a plan read from it has not either.
#pragma once

#include <string>

#include "runtime/model/layout.h"
#include "runtime/model/record.h"

namespace podrun::format_1 {

std::string record_path(const Layout& layout, const std::string& id);
std::string exit_path(const Layout& layout, const std::string& id, const std::string& container);

// Kind::corrupt when the text is no record of format 1.
Result<Pod> from_json(const std::string& text);

}  // namespace podrun::format_1
