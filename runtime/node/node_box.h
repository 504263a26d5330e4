// The nodes on this machine as files say: a directory each (layout.h), locked for as long as a NodeBox lives. Readers
// take no lock.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

// What a node may be called; empty when `name` is good, else what is wrong with it. It is its hostname, too.
std::string why_bad_node_name(const std::string& name);

inline constexpr int kNodePatience = 10'000;  // milliseconds, for another process that is at work on a node

class NodeBox {
 public:
  // Of a node that is there or, with `make`, is to be. Kind::busy when another process is at work on it and does not
  // let go within the limit; Kind::not_found.
  static Result<NodeBox> lock(const Layout& layout, const std::string& name, int limit_ms);
  static Result<NodeBox> make(const Layout& layout, const std::string& name, int limit_ms);

  const std::string& name() const { return name_; }
  Result<void> save(const NodeRecord& node) const;
  // Kind::not_found before the first save.
  Result<NodeRecord> load() const;
  // With all that is in it: the record last.
  Result<void> erase() const;

 private:
  NodeBox(Layout layout, std::string name, Fd lock)
      : layout_(std::move(layout)), name_(std::move(name)), lock_(std::move(lock)) {}
  Layout layout_;
  std::string name_;
  Fd lock_;
};

// Held while numbers are given and while the fabric is made or goes: it belongs to all of them.
Result<Fd> lock_all_nodes(const Layout& layout);

// Names of all there are, whole or not.
std::vector<std::string> names_of_nodes(const Layout& layout);
// `broken`, when not null, receives the names of those whose record cannot be read.
std::vector<NodeRecord> list_nodes(const Layout& layout, std::vector<std::string>* broken = nullptr);
// Kind::not_found says which may have been meant.
Result<NodeRecord> find_node(const Layout& layout, const std::string& name);

// Whether the process that holds its namespaces is there.
bool lives(const NodeRecord& node);

}  // namespace podrun
