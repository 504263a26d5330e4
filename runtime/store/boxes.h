// Which boxes there are, and in which order their pods are told of.
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"
#include "runtime/model/record.h"

namespace podrun {

// The ids of all of them; none where the first pod has yet to come.
Result<std::vector<std::string>> boxes(const Layout& layout);

// By namespace and name.
bool goes_before(const PodRecord& one, const PodRecord& other);

}  // namespace podrun
