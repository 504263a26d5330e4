// Other resources for a pod, and for its containers, while they run.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/change_resources.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// On record first, with the manifest: whatever is made from then on has them, also after a stop and a start. Then the
// cgroups of what runs. It is one write that changes what is on record, and where the cgroups cannot follow, the record
// is put back; who is killed in between leaves PodLife::resizing.
//
// A memory limit below what a container uses now, or all of them together, is Kind::busy, and nothing is changed: the
// kernel would end what is in it.
Result<void> update_pod(const Host& host, const std::string& id, const std::vector<ResourceChange>& changes);

// Whether that can be done: it stands, or is stopped.
bool can_be_updated(const PodRecord& pod);

// Gives the cgroups what is on record, after an update that died.
Result<void> finish_update(const Host& host, const Box& box, PodRecord pod);

}  // namespace podrun
