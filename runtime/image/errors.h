// Errors that several files of image have in common.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/kernel/types.h"

namespace podrun::image {

// Of errno: "chown 'etc/passwd': Operation not permitted".
inline Error failed(std::string_view verb, std::string_view shown) {
  return Error::system(errno, std::string(verb) + " '" + std::string(shown) + "'");
}

// Of an image that is not what it should be.
inline Error corrupt(std::string why, int error_number = 0) { return {Kind::corrupt, error_number, std::move(why)}; }

}  // namespace podrun::image
