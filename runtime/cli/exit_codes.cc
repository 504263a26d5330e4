#include "runtime/cli/exit_codes.h"

namespace podrun::cli {

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::internal:
      return 1;
    case Kind::invalid:
      return kUsage;
    case Kind::not_found:
      return 3;
    case Kind::exists:
      return 4;
    case Kind::denied:
      return 5;
    case Kind::unsupported:
      return 6;
    case Kind::busy:
      return 7;
    case Kind::timeout:
      return 8;
    case Kind::corrupt:
      return 9;
    case Kind::plugin:
      return 10;
  }
  return 1;
}

}  // namespace podrun::cli
