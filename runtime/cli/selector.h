// Label selectors as `-l` takes them:
//   key=value  key==value  key!=value  key in (a,b)  key notin (a,b)  key  !key     joined by commas: all must hold
// As in Kubernetes, != and notin also hold for what has no such key.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cli {

class Selector {
 public:
  // Kind::invalid names the part that could not be read. An empty text selects everything.
  static Result<Selector> parse(std::string_view text);

  bool matches(const std::map<std::string, std::string>& labels) const;

 private:
  enum class Operator { in, not_in, exists, absent };
  struct Requirement {
    std::string key;
    Operator op = Operator::exists;
    std::vector<std::string> values;
  };
  class Parser;
  std::vector<Requirement> requirements_;
};

}  // namespace podrun::cli
