// The manifests that -f names.
#pragma once

#include <string>

#include "runtime/cli/context.h"
#include "runtime/model/spec.h"

namespace podrun::cli {

// Reads FILE, or stdin for "-", and settles the namespace with -n as kubectl does: the flag where the manifest has
// none; Kind::invalid where they differ. Warns of fields that mean nothing here unless `quiet`.
Result<PodSpec> read_manifest(const Context& context, const std::string& file, bool quiet);

}  // namespace podrun::cli
