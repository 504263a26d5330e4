// podrun apply: the pods of manifests as they are now. What is not there is made, what has changed is replaced, or
// given its new resources where it has changed in no more, and what has not is left.
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/creation.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/network_status.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/record_option.h"
#include "runtime/plan/annotations.h"
#include "runtime/plan/pod.h"
#include "runtime/sandbox/delete_pod.h"
#include "runtime/sandbox/update_pod.h"

namespace podrun::cli {
namespace {

struct ApplyCommandOptions {
  std::vector<std::string> files;
  Creation creation;
  bool prune = false;
};

// What a person has a say in; a cluster's own fields, such as status, do not count, nor does the order of keys.
nlohmann::json asked_for(const std::string& manifest) {
  const auto pod = nlohmann::json::parse(manifest, nullptr, false);
  nlohmann::json asked;
  for (const char* part : {"/metadata/labels", "/metadata/annotations", "/spec"})
    if (const nlohmann::json::json_pointer at(part); pod.contains(at)) asked[part] = pod.at(at);
  // Of a Pod that `get` has printed: what it was told, and not what it asks for.
  if (const char* of_pod = "/metadata/annotations"; asked.contains(of_pod)) {
    for (const char* own : {kNetworkStatus, annotations::kOwnNetworks}) asked[of_pod].erase(own);
    if (asked[of_pod].empty()) asked.erase(of_pod);
  }
  if (const auto spec = asked.find("/spec"); spec != asked.end() && spec->is_object()) spec->erase("nodeName");
  return asked;
}

// Whether it is as it was asked for but for `difference`.
bool differs_in_no_more(const PodRecord& pod, const PodSpec& spec, const Creation& creation,
                        const ResourceDifference& difference) {
  return !pod.life.is_terminating() && pod.plan.networks == annotations::networks_asked_for(spec.annotations, creation.options.networks) &&
         pod.plan.who.given == digest_of_given(spec) && asked_for(difference.manifest) == asked_for(spec.manifest);
}

// Nobody is restarted, as with a cluster's resize.
Result<void> update_in_place(Context& context, Host& host, const std::string& id, const Creation& creation,
                             const ResourceDifference& difference) {
  Pod pod = TRY(host.store.load_whole(id));
  const std::string name = pod.record.plan.who.name;
  if (creation.is_dry()) {
    show_pod(context, creation, "configured (dry run)", std::move(pod));
    return {};
  }
  TRY(update_pod(host, id, difference.changes).in("update pod \"" + name + "\""));
  show_pod(context, creation, "configured", TRY(host.store.load_whole(id)));
  return {};
}

// The old one goes once it is known that the new one can be made.
Result<void> replace(Context& context, Host& host, const PodSpec& spec, const std::string& id,
                     const Creation& creation) {
  if (!creation.is_dry()) {
    TRY(check_creation(host, spec, creation.options).in("create pod \"" + spec.name + "\""));
    base::listen_for_interruption();
    TRY(delete_pod(host, id, {}).in("delete pod \"" + spec.name + "\""));
  }
  auto created = create_and_show(context, host, spec, creation, "replaced");
  if (created || creation.is_dry()) return created;
  return std::move(created).error().in("replace pod \"" + spec.name + "\", which has been deleted");
}

Result<void> apply_one(Context& context, Host& host, const PodSpec& spec, const Creation& creation) {
  TRY(base::check_interruption().in("apply pod \"" + spec.name + "\""));
  const auto id = host.store.find(spec.name_space, spec.name);
  if (!id) return create_and_show(context, host, spec, creation);
  const PodRecord pod = TRY(host.store.load(*id));
  const ResourceDifference difference = difference_of_resources(pod.plan.who.manifest, spec.manifest);
  const bool is_small = differs_in_no_more(pod, spec, creation, difference);
  if (!is_small || (!difference.changes.empty() && !can_be_updated(pod)))
    return replace(context, host, spec, *id, creation);
  if (!difference.changes.empty()) return update_in_place(context, host, *id, creation, difference);
  show_pod(context, creation, "unchanged", TRY(host.store.whole(pod)));
  return {};
}

// What was made from the same files before and is in them no more. A file may be meant for several namespaces: those
// that are none of this time stay as they are.
Result<std::vector<PodRecord>> that_have_left(const Context& context, const std::vector<PodSpec>& pods,
                                              const std::string& source) {
  std::set<std::string> name_spaces{context.flags.name_space};
  std::set<std::pair<std::string, std::string>> are_there;
  for (const PodSpec& pod : pods) {
    name_spaces.insert(pod.name_space);
    are_there.emplace(pod.name_space, pod.name);
  }
  std::vector<PodRecord> left;
  for (PodRecord& pod : TRY(context.store().list())) {
    const Identity& who = pod.plan.who;
    if (who.source == source && name_spaces.contains(who.name_space) && !are_there.contains({who.name_space, who.name}))
      left.push_back(std::move(pod));
  }
  return left;
}

Result<void> prune_one(Context& context, const Host& host, const PodRecord& pod, const Creation& creation) {
  const std::string& name = pod.plan.who.name;
  TRY(base::check_interruption().in("prune pod \"" + name + "\""));
  base::listen_for_interruption();
  if (!creation.is_dry()) TRY(delete_pod(host, pod.plan.who.id, {}).in("prune pod \"" + name + "\""));
  context.out.print("pod/" + name +
                    (creation.output == "name" ? ""
                     : creation.is_dry()       ? " pruned (dry run)"
                                               : " pruned") +
                    "\n");
  return {};
}

Result<int> apply(Context& context, const ApplyCommandOptions& options) {
  TRY(context.require_root("apply"));
  const std::vector<PodSpec> pods = TRY(read_manifests(context, options.files, false));
  std::vector<PodTarget> targets;
  for (const PodSpec& pod : pods) targets.push_back({pod.name_space, pod.name});
  const std::string source = source_of(options.files);
  if (options.prune && source.empty())
    return Error{Kind::invalid, 0, "apply --prune: nobody knows what stdin was before; give a file, or a directory"};
  std::vector<PodRecord> left;
  if (options.prune) left = TRY(that_have_left(context, pods, source));
  for (const PodRecord& pod : left) targets.push_back({pod.plan.who.name_space, pod.plan.who.name});
  TRY(be_ready_to_end(context, targets));
  Host host = context.host();
  Failures failures;
  for (const PodSpec& pod : pods) {
    const auto applied = apply_one(context, host, pod, options.creation);
    if (!applied) failures.add(applied.error());
    if (!applied && base::is_interruption(applied.error())) break;
  }
  for (const PodRecord& pod : left) {
    if (failures.exit_code() != 0) break;  // what is not there yet may be what replaces it
    const auto pruned = prune_one(context, host, pod, options.creation);
    if (!pruned) failures.add(pruned.error());
  }
  return failures.exit_code();
}

}  // namespace

void apply_command(Command& command, Context& context) {
  const auto options = std::make_shared<ApplyCommandOptions>();
  add_manifests(command, options->files).required();
  add_creation(command, options->creation);
  command.flag("--prune", options->prune, "Delete pods that were made from the same files and are in them no more");
  add_record(command, context);
  command.run([&context, options] { return apply(context, *options); });
}

}  // namespace podrun::cli
