// Which pods a command is to show: those named, or those of a namespace that selectors choose.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/pod_filter.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {

struct PodQuery {
  std::vector<std::string> words;
  std::vector<std::string> files = {};
  std::string selector;
  std::string field_selector;
  bool all_namespaces = false;
};

void add_pod_query(Command& command, PodQuery& query);

// Kind::invalid where names and selectors are given.
Result<PodFilter> filter_of(const Context& context, const PodQuery& query);

struct FoundPods {
  std::vector<LivePod> pods;
  std::size_t named = 0;  // how many were asked for by name; those that do not exist are failures
};
Result<FoundPods> find_pods(const Context& context, const PodQuery& query, Failures& failures);

// For those who follow pods: says which are asked for by name and not among `pods`. True where there is nothing to
// follow.
Result<bool> tell_missing(const Context& context, const PodQuery& query, const std::vector<LivePod>& pods,
                          Failures& failures);

// kubectl's "No resources found in default namespace."
void note_that_there_are_none(const Context& context, const PodQuery& query);

}  // namespace podrun::cli
