// What was copied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace podrun::copy {

// What is not as it was: how many, and the names of the first of them, as the tar has them.
struct LeftOut {
  static constexpr std::size_t kNamed = 3;

  std::uint64_t count = 0;
  std::vector<std::string> first;

  void add(const std::string& name) {
    if (count++ < kNamed) first.push_back(name);
  }
  void add(const LeftOut& more) {
    count += more.count;
    for (const std::string& name : more.first)
      if (first.size() < kNamed) first.push_back(name);
  }
};

struct Tally {
  std::uint64_t entries = 0;
  LeftOut passed_over;  // fifos, sockets, devices, and what the kernel makes up (/proc)
  LeftOut changed;      // went away, became something else or shorter while it was read
};

// For runtime/kernel/wire.h.
template <class V>
void visit(V& v, LeftOut& left_out) {
  v(left_out.count, left_out.first);
}
template <class V>
void visit(V& v, Tally& tally) {
  v(tally.entries, tally.passed_over, tally.changed);
}

}  // namespace podrun::copy
