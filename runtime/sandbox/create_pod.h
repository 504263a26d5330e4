// A pod made.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/image.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/stand_up.h"

namespace podrun {

struct CreateOptions {
  // "NETWORK[@INTERFACE]" each, the primary one first; "none" alone for only `lo`; empty: the first configured one.
  std::vector<std::string> networks;
  FirstClient client;
  Registry registry;  // for images that are pulled
};

// What can be known beforehand of making it, also while its name and ports are another pod's: its images, what the
// first containers run of them, and its networks.
Result<void> check_creation(const Host& host, const PodSpec& spec, const CreateOptions& options);

// Makes the whole pod or nothing. Kind::exists when the name is taken; EINTR when a signal asked for the
// end (base/interruption.h), and everything is undone then too.
Result<StoodUp> create_pod(Host& host, const PodSpec& spec, const CreateOptions& options);

// The same of a pod that is decided.
Result<StoodUp> build_pod(Host& host, const NewPod& decided, const FirstClient& client);

}  // namespace podrun
