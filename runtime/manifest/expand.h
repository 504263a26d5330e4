// $(NAME) references in env, command and args, as Kubernetes expands them.
// Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::manifest {

using Variables = std::map<std::string, std::string, std::less<>>;

// execve(2) takes no argument or NAME=VALUE longer than 32 pages, its final NUL included.
inline constexpr std::size_t kMaxArgument = 32U * 4096U - 1U;

// "$(NAME)" becomes the variable's value, or stays as it is where there is no such variable; "$$" becomes "$", so that
// "$$(NAME)" is a literal "$(NAME)"; any other "$" stays. Values are not expanded again. Longer than kMaxArgument is an
// error: each variable may double the one before, so that a page of text could ask for all memory.
Result<std::string> expand(std::string_view text, const Variables& variables);

}  // namespace podrun::manifest
