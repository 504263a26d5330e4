#include "runtime/cli/pod_query.h"

#include <algorithm>
#include <utility>

#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pod_choice.h"

namespace podrun::cli {
namespace {

// A box without a readable record is being made at this moment, or is what a crash left.
void warn_of_broken(const Store& store, const std::vector<std::string>& ids) {
  for (const std::string& id : ids)
    if (store.lock_holder(id).value_or(0) == 0)
      warn("the pod of id " + id + " has no readable record; podrun recover removes what is left of it");
}

Result<std::vector<LivePod>> selected(const Context& context, const PodFilter& filter) {
  const Store store = context.store();
  std::vector<std::string> broken;
  std::vector<LivePod> pods;
  for (PodRecord& record : TRY(store.list(&broken))) {
    if (!filter.may_match(record)) continue;
    auto pod = look_at_settled(store, std::move(record));
    if (!pod && pod.error().kind == Kind::not_found) continue;
    if (!pod) return std::move(pod).error();
    if (filter.matches(*pod)) pods.push_back(std::move(*pod));
  }
  warn_of_broken(store, broken);
  return pods;
}

Result<std::vector<LivePod>> named(const Context& context, const std::vector<PodTarget>& targets, Failures& failures) {
  const Store store = context.store();
  std::vector<LivePod> pods;
  for (const PodTarget& target : targets) {
    const auto found = find_pod(store, target.name_space, target.name);
    auto pod = found ? look_at_settled(store, found->record) : found.error();
    if (pod) {
      pods.push_back(std::move(pod).value());
    } else {
      failures.add(pod.error());
    }
  }
  return pods;
}

// By name, or by the manifests that name them.
Result<std::vector<PodTarget>> targets_of(const Context& context, const PodQuery& query) {
  std::vector<PodTarget> targets;
  for (const std::string& name : TRY(pod_names(query.words))) targets.push_back({context.flags.name_space, name});
  if (query.files.empty()) return targets;
  if (!targets.empty()) return Error{Kind::invalid, 0, "names of pods do not go together with --filename"};
  return pods_of_files(context, query.files);
}

Result<PodFilter> filter_of(const Context& context, const PodQuery& query, const std::vector<PodTarget>& targets) {
  if (targets.empty())
    return PodFilter::parse(query.all_namespaces ? "" : context.flags.name_space, query.selector, query.field_selector);
  if (!query.selector.empty() || !query.field_selector.empty() || query.all_namespaces)
    return Error{Kind::invalid, 0, "names of pods do not go together with selectors or --all-namespaces"};
  return PodFilter::of(targets);
}

}  // namespace

void add_pod_query(Command& command, PodQuery& query) {
  command.words(query.words, "POD", "Names of pods; none: all of the namespace");
  add_manifests(command, query.files);
  command.option("-l,--selector", query.selector, "SELECTOR",
                 "Only pods with these labels: app=web,tier!=db,env in (a,b)");
  command.option("--field-selector", query.field_selector, "SELECTOR",
                 "Only pods with these fields: status.phase=Running,metadata.name!=web");
  command.flag("-A,--all-namespaces", query.all_namespaces, "The pods of every namespace");
}

Result<PodFilter> filter_of(const Context& context, const PodQuery& query) {
  return filter_of(context, query, TRY(targets_of(context, query)));
}

Result<FoundPods> find_pods(const Context& context, const PodQuery& query, Failures& failures) {
  const std::vector<PodTarget> targets = TRY(targets_of(context, query));
  const PodFilter filter = TRY(filter_of(context, query, targets));
  if (targets.empty()) return FoundPods{TRY(selected(context, filter)), 0};
  return FoundPods{TRY(named(context, targets, failures)), targets.size()};
}

Result<bool> tell_missing(const Context& context, const PodQuery& query, const std::vector<LivePod>& pods,
                          Failures& failures) {
  const std::vector<PodTarget> targets = TRY(targets_of(context, query));
  for (const PodTarget& target : targets) {
    const bool found =
        std::any_of(pods.begin(), pods.end(), [&](const LivePod& pod) { return target_of(pod.record) == target; });
    if (found) continue;
    if (const auto missing = find_pod(context.store(), target.name_space, target.name); !missing)
      failures.add(missing.error());
  }
  return !targets.empty() && pods.empty();
}

void note_that_there_are_none(const Context& context, const PodQuery& query) {
  note(query.all_namespaces ? "No resources found"
                            : "No resources found in " + context.flags.name_space + " namespace.");
}

}  // namespace podrun::cli
