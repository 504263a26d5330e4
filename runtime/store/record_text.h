// The text of a record, taken apart into its fields.
#pragma once

#include <string>

#include "runtime/store/field_taker.h"

namespace podrun {

// Kind::corrupt where it is no JSON. Else the first fault, "plan.who.name: expected a string, found number", or
// nothing. Fields that nobody knows are passed over.
Result<std::string> read_fields(const std::string& text, Field record);

}  // namespace podrun
