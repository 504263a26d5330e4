// What an inspected container was given by Secrets, left out.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace podrun::cli {

inline constexpr const char* kHidden = "<hidden>";

// `process`: args and env of a container's plan, as recorded. `asked`: that container of the manifest, which alone says
// what is of a Secret. Hides the values of variables that secretKeyRef and envFrom give, and each variable and argument
// that refers to one. Which keys a Secret of envFrom has nobody knows any more: all variables count that may be of it.
void hide_secrets(nlohmann::ordered_json& process, const nlohmann::ordered_json& asked);

}  // namespace podrun::cli
