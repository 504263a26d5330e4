# Writes OUT, whose build() is a hash of the files SOURCES.
foreach(source IN LISTS SOURCES)
  file(SHA256 ${source} hash)
  string(APPEND hashes ${hash})
endforeach()
string(SHA256 hash "${hashes}")
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "runtime/shim/build.h"
const char* podrun::shim::build() { return "@hash@"; }
]] @ONLY)
