// The way of a pod, from a plan to its running containers. take_down() is its inverse.
#pragma once

#include <optional>
#include <string>

#include "runtime/plan/pod.h"
#include "runtime/sandbox/attach.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/terminal_size.h"

namespace podrun {

// A client that is at a container's streams before it says anything.
struct FirstClient {
  std::string container;  // empty: there is none
  bool with_stdin = false;
  TerminalSize size;
};

struct StoodUp {
  Pod pod;
  std::optional<Attachment> attachment;  // of the first client
};

// The pod has its plan and is on record, with its name and ids its own; it gets the rest of its life. What is in it
// when this fails is what take_down() needs.
Result<void> stand_up(Host& host, const Box& box, const NewPod& decided, const FirstClient& client, StoodUp& made);

}  // namespace podrun
