// What containers have said of their ends, as it is shown (terminationMessagePath, terminationMessagePolicy).
#pragma once

#include "runtime/store/store.h"

namespace podrun::cli {

// Of each that has ended: its message, or where it left none and is to fall back, the end of its log. So much as a
// kubelet shows, and nothing that a terminal obeys: a container has written it.
void show_messages(std::vector<LiveContainer>& containers);

}  // namespace podrun::cli
