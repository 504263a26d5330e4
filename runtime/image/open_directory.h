#pragma once

#include <fcntl.h>

namespace podrun::image {

// For open(2) of a directory that is to be one itself, and no link to one.
inline constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace podrun::image
