// Invoker: the operations of CNI on whole networks, in the order and with the bookkeeping the spec asks of a runtime.
// Spec section 3, "Execution of Network Configurations".
//
//   cni::ProcessRunner runner;
//   cni::Invoker invoker(runner, {.plugin_dirs = {"/opt/cni/bin", "/usr/lib/cni"}, .ledger_dir = "/var/lib/me/cni"});
//   auto networks = cni::scan_networks("/etc/cni/net.d");
//   auto result = invoker.add(*networks->first(), {.container_id = id, .netns = "/run/netns/x"});
//   …
//   auto done = invoker.del_container(id);
//
// Safe to use from several processes and threads at once, one Invoker too: operations on one container are serial, GC
// is alone (locks.h). What it calls it calls on the calling thread; the few threads of its own call nobody. Clean-up
// has deadlines of its own; it never inherits what an ADD has used up.
//
// Each operation takes CallOptions last: its own deadline, cancellation and sink of stderr.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/attachment.h"
#include "cni/base/result.h"
#include "cni/cache.h"
#include "cni/call.h"
#include "cni/config.h"
#include "cni/error.h"
#include "cni/ledger.h"
#include "cni/result.h"
#include "cni/runner.h"

namespace cni {

class Operation;

// One run of one plugin, for whoever wants to look: timings, logs, tests.
struct PluginRun {
  std::string operation;                // "ADD"
  std::string plugin;                   // type
  const RunRequest* request = nullptr;  // path, environment, stdin
  const RunOutcome* outcome = nullptr;  // stdout, stderr, exit, times; null when it could not be started
  const Error* error = nullptr;         // then why
};

// W3C trace context for the plugins' environment (TRACEPARENT, TRACESTATE, BAGGAGE). Nothing set: nothing changes.
struct TraceContext {
  std::string traceparent;
  std::string tracestate;
  std::string baggage;
};

// Limits for a whole operation, all of its plugins together.
struct Timeouts {
  std::chrono::milliseconds add{std::chrono::minutes(5)};
  std::chrono::milliseconds del{std::chrono::minutes(1)};
  std::chrono::milliseconds check{std::chrono::minutes(1)};
  std::chrono::milliseconds gc{std::chrono::seconds(30)};
  std::chrono::milliseconds status{std::chrono::seconds(30)};
  std::chrono::milliseconds version{std::chrono::seconds(10)};
  std::chrono::milliseconds lock{std::chrono::minutes(1)};  // waiting for another operation on the same container
};

// What a DEL does when a plugin fails. Both keep ledger and cache entry until a DEL has succeeded as a whole.
enum class DelPolicy {
  stop,        // as the spec and libcni
  keep_going,  // runs the others too and returns all errors: a plugin that can never succeed holds up nobody else's
               // clean-up
};

// How the flush of an ADD's intent and its plugins overlap. The intent is written before the first plugin starts in
// both.
enum class IntentSync {
  hold_config,  // on the disk before the first plugin gets its configuration on stdin, without which it can do nothing
  overlap,      // on the disk before add() returns: on journaling filesystems still not later than any file of a plugin
};

struct InvokerOptions {
  std::vector<std::string> plugin_dirs = {"/opt/cni/bin", "/usr/lib/cni"};
  std::string cache_dir = "/var/lib/cni";
  std::string ledger_dir;             // empty: no ledger, the cache is all there is
  std::string lock_dir;               // empty: CACHE_DIR/locks
  std::string owner = "cni-invoker";  // tag of our entries in cache and ledger: GC leaves others' alone
  Timeouts timeouts;
  DelPolicy del_policy = DelPolicy::stop;
  IntentSync intent_sync = IntentSync::hold_config;
  bool clean_up_failed_add = true;        // an ADD that fails is followed by its DEL at once
  bool verify_netns = true;               // ADD, CHECK: the path must be a network namespace other than ours
  bool keep_capabilities_key = false;     // libcni's habit: "capabilities" stays in what plugins get
  std::vector<std::string> cgroup_files;  // RunRequest::cgroup_files
  // Not negative: once something can be read here, an ADD fails with EINTR, and is undone like any that
  // fails; CHECK, STATUS, GC and VERSION fail; settle() and collect() begin no further DEL. A DEL is not cut short:
  // half of it may be all that ever is done.
  int cancel_fd = -1;
  TraceContext trace;
  // These four are called by operations, on the thread that called the operation and before it returns. Of operations
  // on several threads each calls for itself, at the same time: what they share is theirs to guard. They must not call
  // operations, and must not throw.
  StderrSink on_stderr;                            // what plugins print, while they run
  std::function<void(const PluginRun&)> observer;  // after each run
  std::function<void(const std::string&)> warn;    // one line each
  // The network of that name as it is configured now, for a DEL that a plugin refuses with the configuration of the ADD
  // (del). Not set: only what the operation was given.
  std::function<Result<NetworkList>(const std::string& name)> configured;
};

struct PluginVersions {
  std::string plugin;
  std::vector<std::string> supported;  // exact strings
  bool supports(const Version& version) const;
};

// A container's interface, as GC lists them.
struct ValidAttachment {
  std::string container_id;
  std::string ifname;
  auto operator<=>(const ValidAttachment&) const = default;
};

// What settle() and collect() did; neither stops at a failure.
struct CleanUp {
  std::vector<LedgerEntry> detached;    // had their DEL
  std::vector<LedgerEntry> taken_over;  // another has attached them since: off our ledger, and theirs to detach
  std::vector<Error> failures;          // DELs that stay owed, plugins' own GCs, files that could not be removed
  std::vector<Error> known_failures;    // DELs that stay owed for the reason that was on record already

  // Of the entry's DEL; it is as it was before.
  void add_failure(const LedgerEntry& entry, Error error);
};

class Invoker {
 public:
  // `runner` must outlive this.
  Invoker(Runner& runner, InvokerOptions options);

  // Attaches: every plugin in order, each with the previous one's result. Everything that can be refused is refused
  // before the first plugin: missing binaries (Kind::not_found), bad names (Kind::invalid), a second ADD
  // (Kind::exists), after the DEL of an earlier one that is owed still. When a plugin fails the error has its
  // PluginFailure, and the DEL that is owed has been done (clean_up_failed_add) or stays in the ledger. One that fails
  // for its version (code 1) is explained by what validate() says.
  Result<NetworkResult> add(const NetworkList& network, const Attachment& attachment, const CallOptions& call = {});

  // Detaches: every plugin in reverse order. Parameters and configuration of the ADD come from the ledger, without an
  // entry there from the cache, and only without either from the arguments. What another tool has attached since is in
  // the cache without our owner, and that entry counts. Repeating it is fine.
  //
  // A plugin that answers "incompatible version" as its ADD did owes nothing. Else it is asked in a version that it
  // knows, and where the configuration of the ADD is to blame, with the one of today (`network`, or
  // options().configured), if that has the same plugins.
  Result<void> del(const NetworkList& network, const Attachment& attachment, const CallOptions& call = {});

  // What the ledger has of a container, newest first; a DEL that fails is repeated after the others. None is success.
  Result<void> del_container(std::string_view container_id, const CallOptions& call = {});
  // One entry, also of an older boot: whose plugins get an empty CNI_NETNS, because its path may be somebody else's
  // now.
  Result<void> del_entry(const LedgerEntry& entry, const CallOptions& call = {});
  // A DEL for every ledger entry of ours that an older boot left, and every other whose `alive` is false, also under
  // its container's lock; then the temporary and lock files that killed processes left. What another process is at
  // work on is left to it. After a reboot, or a crash.
  Result<CleanUp> settle(const std::function<bool(const LedgerEntry&)>& alive, const CallOptions& call = {});
  // Strikes an entry off, with what the cache has of it, and runs no plugin: whatever is left of the attachment is left
  // for good. False: there is none. Kind::busy when it is no longer as it is given.
  Result<bool> forget(const LedgerEntry& entry, const CallOptions& call = {});

  // Whether the attachment is still as ADD left it: the first plugin that says otherwise is the error, unwrapped.
  // Kind::unsupported below 0.4.0; Kind::not_found when it is not attached; success without a run with disableCheck.
  Result<void> check(const NetworkList& network, const Attachment& attachment, const CallOptions& call = {});

  // Ready for an ADD? The first plugin that says no is the error, unwrapped. Below 1.1.0: success without a run.
  Result<void> status(const NetworkList& network, const CallOptions& call = {});

  // Removes what belongs to none of the valid: a DEL for each attachment of ours in this network, then (from 1.1.0) the
  // plugins' own GC. Foreign cache entries count as valid. `list_valid` is called once GC is alone (A10.02): no ADD can
  // come between the list and its use. It must not call operations of an invoker, which would wait for GC's end. Its
  // error is collect()'s, and nothing has been removed.
  Result<CleanUp> collect(const NetworkList& network,
                          const std::function<Result<std::vector<ValidAttachment>>()>& list_valid,
                          const CallOptions& call = {});
  // The same for whoever attaches nothing meanwhile, and has a list. All errors come back joined.
  Result<void> gc(const NetworkList& network, const std::vector<ValidAttachment>& valid, const CallOptions& call = {});

  Result<PluginVersions> version(const std::string& plugin, const CallOptions& call = {});

  // Every binary exists and implements the network's version exactly, the plugins for addresses (ipam.type) too where
  // they are there. Returns the capabilities some plugin takes.
  Result<std::set<std::string>> validate(const NetworkList& network, const CallOptions& call = {});

  // The attachment as ledger or cache have it: args and capability args restored. nullopt: neither has.
  Result<std::optional<CachedAttachment>> attachment(const std::string& network, const std::string& container_id,
                                                     const std::string& ifname) const;
  // The cache's entry of an attachment in the ledger, where it is another's: who detached ours, and attached it again.
  std::optional<CachedAttachment> taken_over(const LedgerEntry& entry) const;

  const InvokerOptions& options() const { return options_; }
  Cache cache() const { return Cache(options_.cache_dir); }
  std::optional<Ledger> ledger() const;

 private:
  Result<LedgerEntry> intent(const NetworkList& network, const Attachment& attachment) const;
  Result<void> refuse_second_add(const NetworkList& network, const Attachment& attachment, const CallOptions& call);
  Result<NetworkResult> run_recorded(const Operation& operation, LedgerEntry& entry,
                                     const std::vector<std::string>& binaries) const;
  Result<NetworkResult> run_chain(const Operation& operation, LedgerEntry& entry,
                                  const std::vector<std::string>& binaries, int gate) const;
  Result<void> keep(const LedgerEntry& entry) const;
  Error give_up(LedgerEntry entry, Error error, const CallOptions& call);

  Result<LedgerEntry> attached_entry(const NetworkList& network, const Attachment& attachment) const;
  LedgerEntry owed_entry(const NetworkList& network, const Attachment& attachment) const;
  // The caller holds the container's lock, or all. `now`: the network as the caller has it, if it does.
  Result<void> del_locked(LedgerEntry entry, const NetworkList* now, const CallOptions& call);
  Result<void> settle_entry(const LedgerEntry& entry, const std::function<bool(const LedgerEntry&)>& stands,
                            CleanUp& report, const CallOptions& call);
  void let_go(LedgerEntry entry, CleanUp& report) const;
  Result<void> run_del(const LedgerEntry& entry, const NetworkList* now, const CallOptions& call) const;
  Result<void> run_del_plugins(const LedgerEntry& entry, const Attachment& attachment, const NetworkList* now,
                               const CallOptions& call) const;
  Result<void> strike(const LedgerEntry& entry) const;
  Result<void> ask_to_collect(const NetworkList& network, const PluginConfig& plugin, const Operation& operation,
                              const std::string& valid) const;
  Result<std::vector<LedgerEntry>> stale(const NetworkList& network, std::vector<ValidAttachment>& valid,
                                         CleanUp& report) const;
  Error explained(const NetworkList& network, Error error, const CallOptions& call);

  Runner& runner_;
  InvokerOptions options_;
};

}  // namespace cni
