// What crashes and reboots leave, put right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

struct Recovered {
  std::string what;            // "pod default/web: finished its delete"
  std::optional<Error> error;  // set when it could not be
  bool told_before = false;    // the error was on record: nothing new
};

// Finishes what crashed creates and deletes left, and settles attachments owed a DEL from before a reboot. A signal
// leaves what has not been begun, and the report says so.
Result<std::vector<Recovered>> recover(const Host& host);

}  // namespace podrun
