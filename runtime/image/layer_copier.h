// Copies one layer over what lower layers left in the target, as overlayfs would show the two.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/image/attributes.h"
#include "runtime/image/layer_tree.h"

namespace podrun::image {

// Works from a queue of directories, not by recursion: however deep a tree is, a few descriptors are open.
class LayerCopier {
 public:
  LayerCopier(LayerTree source, LayerTree target, std::uint32_t id_base)
      : source_(std::move(source)), target_(std::move(target)), id_base_(id_base) {}

  Result<void> run();

 private:
  Result<void> copy_directory(const std::string& name);
  Result<void> copy_entry(int from, const LayerTree::Place& place);
  Result<void> make_directory(const LayerTree::Place& place);
  Result<void> copy_file(int from, const struct stat& info, const LayerTree::Place& place);
  Result<void> copy_link(int from, const struct stat& info, const LayerTree::Place& place);
  Result<void> copy_fifo(const struct stat& info, const LayerTree::Place& place);
  Result<bool> linked_to_copy(const struct stat& info, const LayerTree::Place& place);
  Result<Attributes> shifted(const struct stat& info, const std::string& shown) const;

  LayerTree source_;
  LayerTree target_;
  std::uint32_t id_base_;
  std::deque<std::string> queue_;
  std::vector<std::pair<std::string, Attributes>> done_;   // directories, whose times are set at the end
  std::map<std::pair<dev_t, ino_t>, std::string> linked_;  // files with several names: where the first one went
};

}  // namespace podrun::image
