// From a name to its address, as the sender would ask for it: by the name servers of its resolv.conf, each of which is
// explained first.
#pragma once

#include <optional>
#include <string>

#include "runtime/cli/context.h"
#include "runtime/packet/explain.h"
#include "runtime/packet/record.h"

namespace podrun::cli {

// A packet that was followed, and what is to be said of it.
struct Explained {
  packet::Recording recording;
  packet::Explanation explanation;
};
Result<Explained> explain_places(const std::vector<packet::OpenSpace>& spaces, const packet::Question& question);

struct NameAnswer {
  std::optional<base::IpAddress> ip;
  std::optional<Explained> failure;  // why there is none
};
Result<NameAnswer> ask_for_name(const Context& context, const std::string& from, const std::string& name);

}  // namespace podrun::cli
