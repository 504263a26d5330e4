// A pod and its containers at one moment, as podrun shows them, and beside them what the kernel knows.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace integration {

// Whether a process has a handler of a signal, by the text of its /proc/PID/status.
bool hears(const std::string& status, int signal);

class Life {
 public:
  // What `podrun inspect` and `podrun get -o json` print of it.
  Life(nlohmann::json record, nlohmann::json shown) : record_(std::move(record)), shown_(std::move(shown)) {}

  std::string pod_state() const;                              // "ready"; empty where there is no pod
  std::string state(const std::string& container) const;      // "running", "exit 0", "lost", "waiting"
  std::string last_exit(const std::string& container) const;  // of the attempt before; empty where none is on record
  int attempt(const std::string& container) const;            // -1 where there is none
  // Whether it has become its payload, and is ready for SIGTERM: a pid 1 that is not ignores it.
  bool listens(const std::string& container) const;
  // Processes in the pod's cgroup that are neither its shim, its pause nor the first of a container on record. Of pods
  // whose payloads make no children.
  std::vector<std::string> strangers() const;

 private:
  nlohmann::json status_of(const std::string& container) const;

  nlohmann::json record_, shown_;
};

}  // namespace integration
