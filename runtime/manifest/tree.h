// The one way a tree of values comes to be, whatever it was written in: bounded, each key once, no NUL in any string.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::manifest {

using Json = nlohmann::ordered_json;

// What a text may become. YAML aliases are copied out, so that counting what is built also stops an alias bomb.
inline constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20U;  // of the text, and of all strings built from it
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxNodes = 100'000;
inline constexpr std::size_t kMaxMembers = 4096;  // of one object: ordered_json looks keys up one by one

// Takes a tree in the order parsers tell it. Errors say what is wrong, not where: the caller knows the line.
class TreeBuilder {
 public:
  Result<void> open(Json empty);  // an empty object or list
  Result<void> key(std::string name);
  Result<void> value(Json scalar);
  void close();

  // For YAML. Inside an object, between members:
  bool awaits_key() const;
  // Puts a whole tree in, as `value` does a scalar; everything in it counts again.
  Result<void> graft(const Json& subtree);
  // close() of an object that may have a merge key: the members of the objects under "<<" come in where the object has
  // none of that name.
  Result<void> close_merging();
  // What was finished last, for an anchor to keep; counts, as copies take memory whether they are used or not.
  Result<Json> copy_last();

  // Of one document; the next one may follow, and what it takes is counted on.
  Json take() { return std::exchange(root_, nullptr); }

 private:
  struct Frame {
    Json value;
    std::string key;
    bool has_key = false;
  };

  Result<void> count(const Json& subtree, std::size_t depth);
  void put(Json value);

  std::vector<Frame> frames_;
  Json root_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace podrun::manifest
