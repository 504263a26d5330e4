// podrun at the standard streams of a container, for attach and run.
#pragma once

#include "runtime/cli/attend.h"
#include "runtime/cli/command.h"
#include "runtime/model/record.h"
#include "runtime/sandbox/attach.h"

namespace podrun::cli {

struct AttachOptions {
  bool with_stdin = false;
  bool terminal = false;  // ours is raw, and the container's has its size
  std::string detach_keys = kDetachKeys;
};

void add_detach_keys(Command& command, std::string& keys);

// -t is of use only at a terminal: warns and takes it back where stdin is none.
void settle_terminal(bool& terminal);

// Until the container has ended and all that it wrote is passed on; SIGINT, SIGTERM, SIGHUP and SIGQUIT leave it, and
// so do the keys where the terminal is ours.
Result<Left> stay_attached(Attachment attachment, const AttachOptions& options, const Signals& signals);

// As `exec` returns its command's: 128 + signal where one ended it. Of a container that has ended, whose shim still
// runs or has told.
Result<int> exit_code_of(const Layout& layout, const PodRecord& pod, const ContainerRecord& container);

}  // namespace podrun::cli
