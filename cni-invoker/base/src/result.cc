#include "cni/base/result.h"

#include <cstring>

namespace cni::base {

Kind kind_of(int error_number) {
  switch (error_number) {
    case EINVAL:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case E2BIG:
      return Kind::invalid;
    case ENOENT:
    case ESRCH:
    case ENXIO:
      return Kind::not_found;
    case EEXIST:
      return Kind::exists;
    case EPERM:
    case EACCES:
    case EROFS:
      return Kind::denied;
    case ENOSYS:
    case EOPNOTSUPP:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
      return Kind::unsupported;
    case EBUSY:
    case EAGAIN:
    case ETXTBSY:
      return Kind::busy;
    case ETIMEDOUT:
    case ETIME:
      return Kind::timeout;
    case EBADMSG:
      return Kind::corrupt;
    default:
      return Kind::internal;
  }
}

Error Error::system(int error_number, std::string_view verb_object) {
  std::string what(verb_object);
  what += ": ";
  what += ::strerrordesc_np(error_number) != nullptr ? ::strerrordesc_np(error_number) : "unknown error";
  return {kind_of(error_number), error_number, std::move(what), nullptr};
}

Error Error::in(std::string_view step) && {
  std::string longer(step);
  longer += ": ";
  longer += what;
  what = std::move(longer);
  return std::move(*this);
}

}  // namespace cni::base
