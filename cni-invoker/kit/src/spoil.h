// A good call with one thing changed.
#pragma once

#include <functional>
#include <string>

#include "kit/src/lab.h"

namespace cni::kit {

Call with_variable(Call call, const std::string& name, const std::string& value);
Call without_variable(Call call, const std::string& name);
Call with_input(Call call, std::string input);
Call with_config(Call call, const std::function<void(Json& config)>& change);
Json config_of(const Call& call);

// Of a plugin that calls an IPAM plugin: with kit-ipam in its place.
Call with_stub_ipam(const Call& call);

// How a call must end. `what` says of what call, as in "success of …", "an error for …".
Verdict expect_success(const Answer& answer, const std::string& what);
// Failed where it succeeded, was killed or ran into its limit. Whether the error is told as an error is N13's.
Verdict expect_failure(const Answer& answer, const std::string& what);
// That, and the code, of which the specification gives a list but demands little: another one only falls short.
Verdict expect_code(const Answer& answer, std::initializer_list<int> codes, const std::string& what);
// A command that came with a later version than the request's has to be refused: as incompatible, code 1, or as
// unknown, code 4. Of a plugin that knows no such version any error will do.
Verdict expect_too_early(const Lab& lab, const Answer& answer, const std::string& command, const Version& since);
// Succeeded, or failed with an error object: not killed, not hung, no panic.
Verdict expect_composure(const Answer& answer, const std::string& what);

}  // namespace cni::kit
