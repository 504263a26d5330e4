// What describe shows of what was asked for: variables, mounts and volumes, as kubectl does. Of Secrets and ConfigMaps
// only the names: what they hold is not in the manifest.
#pragma once

#include "runtime/cli/indented_text.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// `container`: of the Pod's spec; null or an empty object where the manifest cannot be read.
void describe_environment(IndentedText& text, const Json& container);
void describe_mounts(IndentedText& text, const Json& container);
void describe_volumes(IndentedText& text, const Json& spec);

}  // namespace podrun::cli
