// The plugin's parent: a process of ours that exists as long as the plugin does, waits for it, and ends its process
// group.
//
// A child of the caller's own would not be ours alone. Where the caller ignores SIGCHLD the kernel throws its exit
// status away; a caller that waits for any child takes it; and from then on its number, which is also its process
// group's, may be somebody else's when we kill. A process without an exit signal is seen by no waiter that does not ask
// for such ones, but exec(2) gives it SIGCHLD again: so it is not the plugin that has none, it is this one, which never
// execs. It shares the caller's memory and descriptors (clone_sharing.h), so it costs the same in a large caller.
//
// It ends with the thread that runs the plugin. A plugin that is not to outlive that thread ends with its keeper.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "clone_sharing.h"
#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "keeper_process.h"

namespace cni {

class Keeper {
 public:
  // Starts a keeper and has it start the plugin. ETXTBSY is Kind::busy with that error number. No
  // instruction of the plugin has run where there is an error, unless that has MayHaveRun behind it.
  static Result<Keeper> start(const Launch& launch);
  Keeper(Keeper&&) = default;
  Keeper& operator=(Keeper&&) = delete;
  ~Keeper();  // leaves a plugin that has not ended to pid 1

  // A pidfd: readable once the plugin has ended.
  int plugin() const { return kept_->pidfd.get(); }
  // SIGKILL to the plugin and its process group. Done when this returns.
  void kill_group();
  // Once plugin() is readable: how it ended. Where that was no success, what it has started (its process group) is sent
  // SIGKILL as well, and has half a second to be gone. nullopt: not known, because somebody has killed the keeper.
  std::optional<PluginEnd> finish();

 private:
  Keeper(Stack stack, std::unique_ptr<Kept> kept) : stack_(std::move(stack)), kept_(std::move(kept)) {}
  void end_keeper();
  bool answered(int limit) const;
  void await_end();
  void await_group() const;

  Stack stack_;
  std::unique_ptr<Kept> kept_;  // null: moved from
  Fd ours_;                     // end of the channel
  Shared process_;
};

}  // namespace cni
