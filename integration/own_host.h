// The machine as integration tests see it: one of their own, so that they can neither harm nor see the real one.
//
// The program forks, and the tests go on in fresh network, mount and pid namespaces: every mount is shared, as systemd
// leaves them, though with nobody outside; lo is up; /run and /var/lib/cni are empty; every process in /proc is the
// tests'; pid 1 reaps orphans at once, as a proper init does, which the machine's own may not; and whatever a test
// leaves running ends with the program.
#pragma once

#include <functional>

namespace integration {

// Returns what `body` returned. Needs root; aborts with a message where a namespace cannot be made.
int in_own_host(const std::function<int()>& body);

}  // namespace integration
