// The same done to each pod that is meant.
#pragma once

#include <functional>
#include <string>

#include "runtime/cli/context.h"
#include "runtime/cli/pod_choice.h"

namespace podrun::cli {

// `act` gets the pod as it is; "pod/web stopped" is printed where it succeeds. Where one fails the others go on.
// `command` is its name, `done` what has been done then.
Result<int> each_pod(Context& context, const PodChoice& choice, const std::string& command, const std::string& done,
                     const std::function<Result<void>(const Pod&)>& act);

// "pod/web stopped".
void say_acted(Context& context, const std::string& name, const std::string& done);

// Those containers of the pod that are called `name`; all of them where it is empty. Kind::not_found.
Result<std::vector<ContainerRecord>> containers_called(const Pod& pod, const std::string& name);

// The next attempt of a container, because a person wants it. Where it cannot be started the pod's restart policy holds
// again.
Result<void> start_by_hand(Host& host, const std::string& id, const std::string& container);

}  // namespace podrun::cli
