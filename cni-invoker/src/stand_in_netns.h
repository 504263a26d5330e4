// An empty network namespace in place of one that is gone, for plugins that cannot do without: sbr looks its rules up
// there even to delete them, and so would fail at every DEL after a reboot. What it asks for is gone, and it finds that
// out for itself.
#pragma once

#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "cni/result.h"

namespace cni {

class StandInNetns {
 public:
  // With an interface of that name in it, which has the addresses of the result.
  static Result<StandInNetns> make(const std::string& ifname, const NetworkResult& result);

  // Of this process's descriptor: good for its children, as long as this lives.
  std::string path() const;

 private:
  explicit StandInNetns(Fd netns) : netns_(std::move(netns)) {}
  Fd netns_;
};

}  // namespace cni
