// Field selectors as `--field-selector` takes them: status.phase=Running,metadata.name!=web. The fields are those that
// Kubernetes has for pods (https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/) and that
// mean something here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

class FieldSelector {
 public:
  // Kind::invalid names the part that could not be read. An empty text selects everything.
  static Result<FieldSelector> parse(std::string_view text);

  bool matches(const LivePod& pod) const;

 private:
  struct Requirement {
    std::string (*field)(const LivePod& pod) = nullptr;
    bool equal = true;
    std::string value;
  };
  std::vector<Requirement> requirements_;
};

}  // namespace podrun::cli
