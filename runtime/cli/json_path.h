// A path into JSON, as kubectl's -o jsonpath has it (https://kubernetes.io/docs/reference/kubectl/jsonpath/):
//   .name  ['name']  ['a','b']  .*  [*]  [0]  [-1]  [0,2]  [1:3]  [::2]  ..name  [?(@.state=="up")]  [?(@.state)]
// from "$", the document, or "@" or nothing, where one stands. A dot in a name is written "\.".
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cli {

inline constexpr std::string_view kJsonPathSpaces = " \t\n";

class JsonPath {
 public:
  using Json = nlohmann::json;
  using Matches = std::vector<const Json*>;

  // Kind::invalid names the place that could not be read.
  static Result<JsonPath> parse(std::string_view text);
  // As --sort-by and custom columns take it: also without the first dot, and in braces.
  static Result<JsonPath> parse_relaxed(std::string_view text);

  // In the order of the document; what is not there is left out.
  Matches find(const Json& document, const Json& here) const;

 private:
  using Step = std::function<void(const Json& document, const Json& here, Matches& found)>;
  class Parser;
  struct Slice;

  bool from_document_ = false;
  std::vector<Step> steps_;
};

}  // namespace podrun::cli
