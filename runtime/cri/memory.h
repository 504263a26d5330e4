// Records as they were read last, for as long as their files are the same: a kubelet asks for lists every second, and
// to read a record takes more than ten times as long as to see that it is the one that was read.
#pragma once

#include <time.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/store/store.h"

namespace podrun::cri {

struct KnownPod {
  PodRecord record;
  api::RunPodSandboxRequest request;  // that made it, or would have
};
KnownPod know(PodRecord record);

struct KnownContainer {
  ContainerRecord record;
  std::string id;               // on record where it came by the CRI
  api::ContainerConfig config;  // that made it, or would have
};
KnownContainer know(const PodRecord& pod, ContainerRecord record);

struct KnownContainers {
  std::shared_ptr<const KnownPod> pod;
  std::vector<KnownContainer> all;
};

// Which state a file or a directory is in. A record is replaced, never written to: the new one is another file. And a
// directory changes with the names in it.
class Stamp {
 public:
  // Nothing where it is not there.
  static std::optional<Stamp> of(const std::string& path);
  // Whether every change since it was taken is another stamp: the clock of files ticks only every few milliseconds, so
  // a state that was new then may have changed within its tick.
  bool has_settled() const { return has_settled_; }
  bool operator==(const Stamp& other) const;

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
  timespec changed_{};
  bool has_settled_ = false;
};

// By any number of threads at once; none waits for the files of another. What it gives stays as it is.
class Memory {
 public:
  explicit Memory(Store store) : store_(std::move(store)) {}
  const Store& store() const { return store_; }

  // The errors are those of Store.
  Result<std::shared_ptr<const KnownPod>> pod(const std::string& id);
  Result<std::shared_ptr<const KnownContainers>> containers_of(const std::shared_ptr<const KnownPod>& pod);
  // Those that can be read, by namespace and name. What is known of others is forgotten.
  Result<std::vector<std::shared_ptr<const KnownPod>>> pods();

 private:
  template <class T>
  struct Entry {
    Stamp stamp;
    std::shared_ptr<const T> known;
  };

  Store store_;
  std::mutex mutex_;
  std::map<std::string, Entry<KnownPod>> pods_;  // by the pod's id, as the next
  std::map<std::string, Entry<KnownContainers>> containers_;
};

}  // namespace podrun::cri
