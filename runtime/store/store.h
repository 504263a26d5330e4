// The pods on this machine as files say (layout.h): one directory and one lock a pod, no database. Readers take no
// lock.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"
#include "runtime/model/record.h"
#include "runtime/store/record_json.h"

namespace podrun {

// One pod's directory, locked for as long as this object lives. The lock is the kernel's (flock), so a killed holder
// holds nothing.
class Box {
 public:
  Result<void> save(const PodRecord& record) const;
  Result<void> save(const ContainerRecord& record) const;
  Result<PodRecord> load() const;
  Result<std::vector<ContainerRecord>> load_containers(std::vector<std::string>* broken = nullptr) const;
  // Removes everything but the pod's record and the lock: what may be done while the pod still has its name.
  Result<void> empty() const;
  // Removes the box: name, ids, netns file are the caller's to release first. The record goes after everything it
  // speaks of, and the lock after the record: a crash in between leaves a box that recover can read, or at least lock.
  Result<void> erase() const;
  const std::string& id() const { return id_; }

 private:
  friend class Store;
  Box(Layout layout, std::string id, Fd lock)
      : layout_(std::move(layout)), id_(std::move(id)), lock_(std::move(lock)) {}
  Layout layout_;
  std::string id_;
  Fd lock_;
};

class Store {
 public:
  explicit Store(Layout layout) : layout_(std::move(layout)) {}
  const Layout& layout() const { return layout_; }

  // Makes the box of a new pod: nobody ever sees it unlocked. The caller made `id` (random_hex(32)).
  Result<Box> create(const std::string& id) const;
  // Removes what creates that were killed before they had the lock have left.
  Result<void> sweep() const;
  // Kind::busy when another process holds it and does not let go within the limit (milliseconds); not_found when it is
  // gone. After taking the lock it checks that the path still is the inode it locked.
  Result<Box> lock(const std::string& id, int limit_ms) const;
  // The same by one that holds it for a write of files only, and that `delete --force` must not end: lock_holder() does
  // not know it.
  Result<Box> lock_unnamed(const std::string& id, int limit_ms) const;
  // The pid that holds the lock, 0 when nobody does (F_OFD_GETLK does not know flock: read from the lock file, where
  // the holder wrote it, and believed only while the lock is held).
  Result<pid_t> lock_holder(const std::string& id) const;

  Result<PodRecord> load(const std::string& id) const;
  // Every attempt, in the order they were made within the order of the pod's containers. `broken`, when not null,
  // receives the keys of those whose record cannot be read: they cost the pod no more than themselves.
  Result<std::vector<ContainerRecord>> load_containers(const std::string& id,
                                                       std::vector<std::string>* broken = nullptr) const;
  Result<Pod> load_whole(const std::string& id) const;
  Result<Pod> whole(PodRecord record) const;
  // Every pod with a readable record, by namespace and name. `broken`, when not null, receives the ids of boxes without
  // one.
  Result<std::vector<PodRecord>> list(std::vector<std::string>* broken = nullptr) const;
  // The id behind a name; not_found.
  Result<std::string> find(const std::string& name_space, const std::string& name) const;

  // A reservation belongs to the box of `id`: make the box first, release before erasing it. One whose box is gone is
  // void, and the next to come takes it over.
  //
  // Kind::exists when the name is taken; the error names the holder's id. Releasing removes only what holds `id`.
  Result<void> reserve_name(const std::string& name_space, const std::string& name, const std::string& id) const;
  Result<void> release_name(const std::string& name_space, const std::string& name, const std::string& id) const;

  // Containers that have an id of their own (ContainerPlan::id), by it: the pod's id and the container's key, or
  // not_found. Made before the record, released after it.
  Result<void> reserve_container(const std::string& id, const std::string& pod, const std::string& key) const;
  Result<std::pair<std::string, std::string>> find_container(const std::string& id) const;
  Result<void> release_container(const std::string& id) const;

  // The namespace and name that `id` has reserved, if any.
  std::optional<std::pair<std::string, std::string>> name_of(const std::string& id) const;

  // 65,536 host ids that no other pod of this store has: the first of them. Starts looking at a place derived from the
  // id, so that stores that do not know each other rarely meet. Range: 1,879,048,192 up, which systemd's UIDS-GIDS
  // leaves unused; Kind::busy when all 4,096 are taken. Releasing is idempotent and finds the slot by itself.
  Result<std::uint32_t> reserve_ids(const std::string& id) const;
  Result<void> release_ids(const std::string& id) const;
  // All that pods of a node have, once it is gone.
  Result<void> release_ids_of_node(const std::string& node) const;

 private:
  Layout layout_;
};

// What the kernel says of a pod or a container now.
enum class Phase { pending, running, succeeded, failed, unknown };
const char* to_text(Phase phase);  // "Running"

struct ExitStatus {
  int code = 0;  // 128 + signal where a signal ended it, as shells say
  int signal = 0;
  std::int64_t finished_at = 0;  // nanoseconds since the epoch
  bool out_of_memory = false;    // it ended by SIGKILL, and the OOM killer has been in its cgroup
  bool start_failed = false;     // it never became its payload (ContainerLife::failure)
  std::string message = {};      // what it has left to say, byte for byte (TerminationMessage)

  const char* reason() const;  // "Completed", "Error", "OOMKilled", "StartError": as the kubelet says it
};
struct ContainerStatus {
  bool running = false;
  std::optional<ExitStatus> exit;  // empty while running, and where the shim died before it could tell
};

// Of an attempt that nobody has asked yet, and where it cannot be read, it is empty.
ProbeMemory load_probes(const Layout& layout, const std::string& id, const ContainerPlan& container);
// By whoever tends the pod, which is one at a time. No lock is taken: of an attempt that is removed meanwhile it stays
// until the box goes. `before` is what the file has; where only times differ it is no change that others are told of
// (watch.h).
Result<void> save_probes(const Layout& layout, const std::string& id, const ContainerPlan& container,
                         const ProbeMemory& before, const ProbeMemory& memory);

ContainerStatus status_of(const Layout& layout, const PodRecord& pod, const ContainerRecord& container);
struct Attempt {
  ContainerRecord record;
  ContainerStatus status;
  ProbeMemory probes = {};
};
struct LiveContainer {
  ContainerRecord record;  // of its latest attempt
  ContainerStatus status;
  std::optional<Attempt> before;  // the attempt before, where still on record
  ProbeMemory probes = {};

  // Planned, or on its way: its turn has not come, or it is being made. What does not wait and does not run has ended.
  bool is_waiting() const { return record.life.process.empty() && !status.exit; }
  bool has_ended() const { return !status.running && !is_waiting(); }
  bool has_failed() const { return has_ended() && !(status.exit && status.exit->code == 0); }
  bool has_started() const { return status.running && is_started(record.plan, probes); }
  bool is_ready() const { return status.running && podrun::is_ready(record.plan, probes); }
};
// The arguments are those of Pod.
std::vector<LiveContainer> look_at(const Layout& layout, const PodRecord& pod, std::vector<ContainerRecord> containers,
                                   std::vector<ContainerRecord> previous = {});

// Which of the two processes that hold a pod live, both of this boot.
struct SandboxStatus {
  bool shim = false;
  bool pause = false;

  bool lives() const { return shim && pause; }
};
SandboxStatus sandbox_of(const PodRecord& pod);

// In the following `now` is nanoseconds since the epoch, as is what they answer.

// Until when it may be active: from its making on, whatever became of it since. 0: for ever.
std::int64_t active_until(const PodRecord& pod);
// Whether that time came before its end. Then it has failed, and what still runs of it is to end.
bool has_exceeded_deadline(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now);
// Whether it has failed whatever its containers do: by that time, or because it was evicted (PodLife::evicted).
bool is_cut_short(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now);
// Nothing of it is made any more: by their restart policies all main containers have ended for good, or an init
// container has failed for good, and sidecars may still run; or it was cut short, and any may.
bool is_over(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now);
// Whether `one` of `containers` has ended and is made again, sooner or later, by itself.
bool is_made_again(const PodRecord& pod, const std::vector<LiveContainer>& containers, const LiveContainer& one,
                   std::int64_t now);

// As the kubelet has it. Pending until all init containers have succeeded and all others have been begun; Running while
// something runs or is made again; then Succeeded, or Failed when a main container has failed, an init container for
// good, or it was cut short. Failed, too, when shim or pause is gone.
Phase phase_of(const PodRecord& pod, const SandboxStatus& sandbox, const std::vector<LiveContainer>& containers,
               std::int64_t now);
const std::string& boot_id();  // this boot's
// Whether its containers have had the time that a delete gave them: that delete takes it away now, or has died.
bool is_overdue(const PodRecord& pod);
std::int64_t deletion_time(const PodRecord& pod);  // its deadline, in nanoseconds since the epoch

}  // namespace podrun
