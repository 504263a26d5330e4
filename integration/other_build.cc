// A podrun and a podrun-shim that are of another build than the others, and the same otherwise.
#include "runtime/shim/build.h"

const char* podrun::shim::build() { return "another build"; }
