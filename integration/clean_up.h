// The end of a test's machine, by force: a test that failed must not disturb the next.
#pragma once

#include <string>

namespace integration {

// Kills every process but pid 1 and ourselves, takes pinned namespaces away, and waits until both are so.
void end_everything();

// Removes the tree of cgroups at `parent` ("/name") from every hierarchy.
void remove_cgroups(const std::string& parent);

}  // namespace integration
