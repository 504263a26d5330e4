// The life of a pod: create, delete, recover. Library of every front; prints nothing.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/manifest/spec.h"
#include "runtime/store/store.h"

namespace podrun {

struct PodPlan;

struct RuntimeOptions {
  Directories directories;
  std::string cgroup_parent;  // below each hierarchy's mount, in any spelling; empty: the root
  std::string cni_conf_dir = "/etc/cni/net.d";
  std::vector<std::string> cni_bin_dirs;                 // searched in order
  std::optional<std::chrono::milliseconds> cni_timeout;  // of one CNI operation; empty: each has its own default
  std::function<void(const std::string&)> warn;          // one line each
  // Each line that a plugin prints on stderr, while it runs: "bridge ADD", the line.
  std::function<void(const std::string& plugin, const std::string& line)> plugin_says;
};

struct CreateOptions {
  // "NETWORK[@INTERFACE]" each, the primary one first; "none" alone for only `lo`; empty: the first configured one.
  std::vector<std::string> networks;
};

struct DeleteOptions {
  std::optional<std::chrono::seconds> grace_period;  // empty: the pod's own; 0 kills at once
  // Ends a create that is under way, and removes our own objects even if plugins fail; what those leave is told by
  // `warn` and forgotten.
  bool force = false;
};

struct ExecOptions {
  std::string container;                                 // empty: the pod's first
  std::vector<std::string> command;                      // looked up in the container's PATH
  std::optional<std::string> user;                       // "name|uid[:group|gid]"
  std::vector<std::pair<std::string, std::string>> env;  // added to the container's
  std::optional<std::string> working_dir;
  bool interactive = false;  // else stdin is /dev/null
  bool terminal = false;
};

struct Recovered {
  std::string what;            // "pod default/web: finished its delete"
  std::optional<Error> error;  // set when it could not be
  bool told_before = false;    // the error was on record: nothing new
};

class Runtime {
 public:
  explicit Runtime(RuntimeOptions options);

  const Store& store() const { return store_; }
  const RuntimeOptions& options() const { return options_; }  // with absolute paths

  // Makes the whole pod or nothing. Kind::exists when the name is taken; EINTR when a signal asked for the
  // end (base/interruption.h), and everything is undone then too.
  Result<PodRecord> create(const PodSpec& spec, const CreateOptions& options);

  // Ends and removes the pod. Kind::not_found when there is none of that id. What could not be undone is in the error,
  // and the record stays, so that another delete goes on from there. A signal ends the wait for the containers, with
  // EINTR, and no step of the way down.
  Result<void> remove(const std::string& id, const DeleteOptions& options);

  // Finishes what crashed creates and deletes left, and settles attachments owed a DEL from before a reboot. A signal
  // leaves what has not been begun, and the report says so.
  Result<std::vector<Recovered>> recover();

  // Does what recover() does, then has each network's plugins collect what belongs to no pod and to no namespace that
  // still exists. Networks with "disableGC" are left, with a warning. Goes on past failures.
  Result<std::vector<Recovered>> prune();

  // What the first command after a boot owes to the last one; create() does it by itself.
  Result<void> settle_after_boot();

  // Whether the networks are still as they were made. The error says of each attachment what is broken.
  Result<void> check(const PodRecord& pod) const;

  // Runs a command in a running container with the caller's stdin, stdout and stderr; returns its exit code (128 +
  // signal). A command that cannot be run makes 127 (not found) or 126 (not executable), as shells do, and one line to
  // `warn` that says why.
  Result<int> exec(const PodRecord& pod, const ExecOptions& options);

 private:
  Result<PodPlan> plan(const PodSpec& spec, const CreateOptions& options);
  Result<void> build(const PodPlan& plan, const Box& box, PodRecord& record);
  Result<void> tear_down(PodRecord record, const Box& box, bool force);
  // Takes away what is left of a pod that does not stand; nothing where there is nothing to do.
  std::optional<Recovered> settle(const std::string& id);
  PodRecord record_of_broken(const std::string& id) const;
  Result<PodRecord> record_to_remove(const Box& box, bool force) const;
  void warn_of_oom_once() const;
  Result<void> claim_data_directory();
  Result<void> settle_name(const std::string& name_space, const std::string& name);

  RuntimeOptions options_;
  Store store_;
};

}  // namespace podrun
