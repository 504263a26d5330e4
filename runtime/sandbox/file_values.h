// Values of variables that files of volumes have (env[].valueFrom.fileKeyRef), read when a container is launched.
#pragma once

#include <map>
#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/record.h"

namespace podrun {

// What the holes of `process` are filled with that are of files, by the hole's name; those that may be missing and are
// have no entry. The pod's pause lives, and has the volumes in memory. What the files are is the containers' to choose:
// links lead nowhere outside of the volume, and the error names variable, volume and file.
Result<std::map<std::string, std::string>> read_file_values(const Process& process, const PodPlan& pod,
                                                            const PodLife& life);

}  // namespace podrun
