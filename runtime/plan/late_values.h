// The holes in a container's variables and words (holes.h): filled when what they are of is known.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/plan.h"
#include "runtime/model/record.h"
#include "runtime/plan/facts.h"

namespace podrun {

// The pod's uid, the machine's name, and what it has: when the pod is planned.
void fill_what_is_decided(Process& process, const Identity& pod, const MachineFacts& machine);

std::string with_what_is_decided(std::string_view text, const Identity& pod, const MachineFacts& machine);

// Whether it asks for addresses, or for what files of volumes hold, and so cannot begin before the networks are
// attached.
bool waits_for_addresses(const Process& process);

// As it is to run: with the addresses of the pod and of the machine.
Process with_addresses(Process process, const PodPlan& pod, const PodLife& life);

// As it is to run: with what files of volumes held when it was launched (ContainerLife::file_values). A variable that
// is one of those, and that may be missing, is left out where it is; in another text nothing stands for it.
Process with_file_values(Process process, const std::map<std::string, std::string>& values);

// In Kubernetes a pod with hostNetwork has the machine's own.
const std::vector<std::string>& addresses_of(const PodPlan& pod, const PodLife& life);

}  // namespace podrun
