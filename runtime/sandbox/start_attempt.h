// One attempt of a container of a pod that stands, from its plan to its payload, by whoever has the pod's box.
#pragma once

#include <optional>
#include <string>

#include "runtime/sandbox/attach.h"
#include "runtime/sandbox/container.h"
#include "runtime/sandbox/stand_up.h"

namespace podrun {

struct NewAttempt {
  const Host& host;
  const Box& box;
  const PodRecord& pod;
  const NewContainer& container;
  ShimClient& shim;
};

// Returns where `client` names a container its attachment, made before that says anything. `prepared` is how far it
// came, also after an error, and then for give_up().
Result<std::optional<Attachment>> start_attempt(const NewAttempt& attempt, const FirstClient& client,
                                                std::optional<Prepared>& prepared);

// Used up, and on record with its reason: whoever looks after the pod would try the same again at once.
void give_up(const NewAttempt& attempt, std::optional<Prepared> prepared, const std::string& why);

}  // namespace podrun
