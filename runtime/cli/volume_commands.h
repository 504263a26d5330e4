// podrun volume: one file a command.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"
#include "runtime/cli/kube_json.h"
#include "runtime/sandbox/claims.h"

namespace podrun::cli {

void volume_inspect_command(Command& command, Context& context);
void volume_list_command(Command& command, Context& context);
void volume_rm_command(Command& command, Context& context);

Json volume_json(const Claim& claim);

}  // namespace podrun::cli
