// DEL of one plugin after the other, each tried in the ways that may pay what is owed.
//
// A configuration that was wrong for the ADD is no better for its DEL, and a plugin may have been replaced by one that
// knows less. So a plugin is asked
//   as recorded               always;
//   in another namespace      where that of the ADD is gone, and the plugin fails without one;
//   in a version that it knows where it answers "incompatible version" (code 1);
//   as it is configured now   where the recorded configuration is to blame, and a list of the same plugins has come
//                             in its place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cni/invoker.h"
#include "operation.h"
#include "stand_in_netns.h"

namespace cni {

class PluginDel {
 public:
  // What is given has to outlive this. `attachment` is the entry's with the namespace that plugins are to have. `now`:
  // the network as its caller has it, or null, and then options.configured is asked, should it be needed.
  PluginDel(Runner& runner, const InvokerOptions& options, const CallOptions& call, const LedgerEntry& entry,
            const Attachment& attachment, const NetworkList* now);

  // The DEL of entry.network.plugins[index]. The error has one failure a way that was tried.
  Result<void> run(std::size_t index);

  // A plugin that hung takes no time from the others.
  void restart_clock() { operation_.restart_clock(); }

 private:
  Result<void> ask(const NetworkList& network, const PluginConfig& plugin);
  Result<void> ask_in(const std::string& netns, const NetworkList& network, const PluginConfig& plugin) const;
  Result<void> ask_in_known_version(const NetworkList& network, const PluginConfig& plugin, Error refusal);
  bool made_nothing(std::size_t index) const;
  bool may_be_misconfigured(const Error& error) const;
  const NetworkList* configured_now();
  const StandInNetns* stand_in();

  Runner& runner_;
  const InvokerOptions& options_;
  const CallOptions& call_;
  const LedgerEntry& entry_;
  const Attachment& attachment_;
  std::vector<std::string> dirs_;
  Operation operation_;
  std::string previous_;  // the result of the ADD, in the version recorded
  const NetworkList* now_;
  bool looked_up_ = false;
  std::optional<NetworkList> found_;
  bool tried_stand_in_ = false;
  std::optional<StandInNetns> stand_in_;
};

}  // namespace cni
