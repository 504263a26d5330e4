#include "runtime/store/own_node.h"

#include <utility>

#include "base/files.h"

namespace podrun {

Result<OwnNode> own_node(const Layout& layout) {
  const auto text = base::read_file(layout.own_node(), 4096);
  if (!text && text.error().kind == Kind::not_found) return OwnNode();
  if (!text) return text.error();
  const auto end = text->find('\n');
  if (end == std::string::npos || end == 0 || !text->ends_with('\n'))
    return Error{Kind::corrupt, 0, "'" + layout.own_node() + "': expected a node's name and its cgroup"};
  return OwnNode{text->substr(0, end), text->substr(end + 1, text->size() - end - 2)};
}

Layout layout_of_node(const Layout& machine, const std::string& name) {
  Directories directories = machine.directories();
  directories.state = machine.node_state(name);
  directories.data = machine.node_data(name);
  return Layout(std::move(directories));
}

std::string own_node_text(const OwnNode& node) { return node.name + "\n" + node.cgroup + "\n"; }

}  // namespace podrun
