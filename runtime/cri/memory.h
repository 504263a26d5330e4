// What there is as it was looked at last, for as long as nothing has happened to it: a kubelet asks for lists every
// second, and to look at a pod of four containers anew takes a millisecond. That something has happened the kernel says
// (store/watch.h) before it lets whoever did it go on, so each answer begins by hearing what is new, and none is of
// before it was asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cri/seen.h"
#include "runtime/cri/stamp.h"
#include "runtime/store/store.h"
#include "runtime/store/watch.h"

namespace podrun::cri {

using SeenContainers = std::shared_ptr<const std::vector<SeenContainer>>;

struct SeenPod {
  Sandbox sandbox;
  SeenContainers containers;
};
using SeenPods = std::shared_ptr<const std::vector<SeenPod>>;

// By any number of threads at once. None waits while another reads records; what is new is heard by one at a time, and
// so is a process begun to be followed. What it gives stays as it is.
class Memory {
 public:
  explicit Memory(Store store);
  const Store& store() const { return store_; }

  // The errors are those of Store.
  Result<Sandbox> sandbox(const std::string& id);
  // In their order. What `podrun debug` adds to a pod of the CRI is not its client's, and not among them.
  Result<SeenContainers> containers_of(const Sandbox& sandbox);
  // Those that can be read, by namespace and name. What is known of others is forgotten.
  Result<SeenPods> pods();

  // For one that sleeps until something happens: the descriptor becomes readable, or `wake` is called, by whoever else
  // has heard of it first. -1 where there is none: nothing is told.
  int tell(std::function<void()> wake);
  Changes untold();  // what has happened since the last time
  // Why something may happen untold, for as long as that is so: then files are compared.
  std::optional<Error> gap();

 private:
  template <class Seen>
  struct Kept {
    std::shared_ptr<const KnownPod> pod;
    std::optional<Stamp> stamp;  // of the file, where that has to be asked: when not all is heard
    bool is_sure = false;        // nothing happens to it unheard; else what of it lives is asked each time
    Seen seen = {};
  };
  template <class Seen>
  using Entries = std::map<std::string, Kept<Seen>>;  // by the pod's id
  template <class Seen>
  struct Before {
    std::optional<Kept<Seen>> kept;
    std::uint64_t heard = 0;
  };

  bool hear();                 // under the lock; whether there was something
  std::uint64_t hear_first();  // what every answer begins with: heard_
  std::optional<Stamp> stamp_of(const std::string& path) const;
  template <class Seen>
  Before<Seen> find(const Entries<Seen>& entries, const std::string& id, const std::optional<Stamp>& stamp);
  template <class Seen>
  void keep(Entries<Seen>& entries, const Kept<Seen>& kept, std::uint64_t heard);
  // False: it has ended. An error: its end may go unheard.
  Result<bool> follow(const std::string& id, const ProcessId& process, std::size_t spare = 0);
  Result<Kept<Sandbox>> look_at(const std::string& id);
  Result<Kept<SeenContainers>> look_at_containers(const std::shared_ptr<const KnownPod>& pod);

  const Store store_;
  const std::size_t most_followed_;
  std::mutex mutex_;
  Result<Watch> watch_;
  std::atomic<bool> hears_all_;  // not while there is a gap
  std::uint64_t heard_ = 0;      // how often there was something
  Entries<Sandbox> sandboxes_;
  Entries<SeenContainers> containers_;
  SeenPods pods_;  // null where not all of them are kept, and sure
  std::function<void()> wake_;
  Changes untold_;
};

}  // namespace podrun::cri
