// A pool of a few addresses, to use up: the subnets of the target's own configuration, made small.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kit/src/lab.h"

namespace cni::kit {

class SmallPool {
 public:
  static constexpr std::size_t kAddresses = 6;  // at most; some of them the plugin keeps

  explicit SmallPool(Lab& lab) : lab_(lab) {}

  // As many pods, attached to what comes before the target. Not applicable: its configuration has no subnet of IPv4.
  Verdict prepare(std::size_t number);
  Call made_small(const Call& call) const;
  Call call(const std::string& command, std::size_t pod) const { return made_small(lab_.call(command, *pods_[pod])); }
  std::vector<Call> calls(const std::string& command) const;  // of every pod
  // Until there is none left. How many there were. Not applicable: it gives others than those of the subnet.
  Verdict use_up(std::size_t& there_were);
  Verdict release();

 private:
  Lab& lab_;
  std::vector<Pod*> pods_;
};

}  // namespace cni::kit
