// What the plugin's process does between vfork and exec, in the memory of the keeper, which stands still meanwhile.
#pragma once

#include "cni/base/result.h"

namespace cni {

struct Child {
  bool dies_with_keeper = false;
  // Why it ended before its exec: read by the keeper afterwards, as the memory is the same.
  const char* failed = nullptr;
  int error_number = 0;

  // Into a process group of its own and "/", with default signals, and nothing open after its exec but 0, 1 and 2.
  // System calls only. Does not return where one fails.
  void prepare();
};

}  // namespace cni
