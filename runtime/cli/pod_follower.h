// The pods of a filter as they are, and then each as it changes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/pod_filter.h"
#include "runtime/store/watch.h"

namespace podrun::cli {

class PodFollower {
 public:
  // Empty `before`: it has come, or become one of the filter's. Empty `now`: it is gone, or none of them any more.
  struct Change {
    std::optional<LivePod> before;
    std::optional<LivePod> now;
  };
  enum class Why { changed, timeout, reader_gone, typed };
  struct News {
    Why why = Why::changed;
    std::vector<Change> changes;
  };

  static Result<PodFollower> on(const Context& context, PodFilter filter);

  std::vector<LivePod> pods() const;  // now, by namespace and name

  // Sleeps until something has changed, until `deadline` (CLOCK_BOOTTIME; none: for ever), or until nobody reads the
  // descriptor `reader` any more (-1: nobody does), or something is to be read from `input`. An error also where a
  // signal asks to end.
  Result<News> next(std::optional<std::int64_t> deadline, int reader, int input = -1);

 private:
  PodFollower(Store store, PodFilter filter, Watch watch)
      : store_(std::move(store)), filter_(std::move(filter)), watch_(std::move(watch)) {}

  Result<std::vector<Change>> take(Changes changes);
  Result<std::optional<LivePod>> look(const std::string& id);
  Result<bool> follow_processes(const LivePod& pod);

  Store store_;
  PodFilter filter_;
  Watch watch_;
  std::map<std::string, LivePod> known_;  // by id
};

}  // namespace podrun::cli
