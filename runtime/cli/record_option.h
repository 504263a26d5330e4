// --record DIR: every run of a plugin is kept as a file.
#pragma once

#include <string>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void add_record(Command& command, Context& context);

// Path of cni-kit-plugin, by which runs that plugins start are seen. Empty, with a warning, where it is not installed.
std::string delegate_helper();

// "sha256:…" of a program; empty where it cannot be read.
std::string program_digest(const std::string& path);

}  // namespace podrun::cli
