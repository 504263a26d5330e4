// What happens to containers and sandboxes, told to whoever listens. A change of a file is the event (memory.h),
// so also what the CLI does is seen, and what has happened while no server ran is in the lists.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "runtime/cri/backend.h"

namespace podrun::cri {

class Events {
 public:
  // Watches by a thread of its own, until the destructor.
  static Result<std::unique_ptr<Events>> start(const Backend& backend);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // What happens from now on, in its order. One that takes nothing holds up nobody, and is let go of when it is far
  // behind: its client asks anew, and looks at the lists.
  class Listener {
   public:
    // Empty where there was nothing for a while, or nothing more will come.
    std::optional<api::ContainerEventResponse> next(std::chrono::milliseconds patience);
    bool is_over() const;

   private:
    friend class Events;
    mutable std::mutex mutex_;
    std::condition_variable more_;
    std::deque<api::ContainerEventResponse> waiting_;
    bool is_over_ = false;
  };
  std::shared_ptr<Listener> listen();
  void end_all();  // no listener hears any more

 private:
  struct Known {
    bool is_ready = false;
    Sandbox sandbox;
    std::map<std::string, api::ContainerState> containers;  // by id
  };

  Events(const Backend& backend, Fd wake) : backend_(backend), wake_(std::move(wake)) {}
  void wake();
  void run();
  bool is_told_all();
  void look_at_all(bool tells);
  void look_at(const std::string& pod, bool tells);
  void tell_difference(Known& known, Sandbox sandbox, const std::vector<SeenContainer>& containers, bool tells);
  void tell_gone(const Known& known);
  void tell(const std::string& id, api::ContainerEventType type, const Sandbox& sandbox,
            const std::vector<SeenContainer>& containers);

  const Backend& backend_;
  Fd wake_;           // an eventfd
  int changes_ = -1;  // the memory's, to be polled; -1: there is none
  bool has_said_why_ = false;
  std::atomic<bool> is_ending_ = false;
  std::map<std::string, Known> known_;  // by the pod's id; the thread's alone
  std::mutex mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::thread thread_;
};

}  // namespace podrun::cri
