// Devices by their names, in the directories where vendors leave their files.
#pragma once

#include <string>
#include <vector>

#include "runtime/cdi/spec.h"

namespace podrun::cdi {

// What is given for one device, or for any of one file's.
struct Found {
  std::string source;  // for errors: the device, and its file
  Edits edits;
};

// In the order of the names, each file's own edits once, before those of its first device. A device in a directory
// hides the one of its name in directories before it; two in one directory are an error, and so is what podrun cannot
// give, each only where that device is asked for. A file that cannot be read has no devices; the error of one that is
// found nowhere names it. A directory that is missing is empty. The directories are read anew each time.
Result<std::vector<Found>> find_devices(const std::vector<std::string>& directories,
                                        const std::vector<std::string>& names);

}  // namespace podrun::cdi
