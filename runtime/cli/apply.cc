// podrun apply: the pods of manifests as they are now. What is not there is made, what has changed is replaced, and
// what has not is left.
#include <memory>
#include <nlohmann/json.hpp>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/creation.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/record_option.h"
#include "runtime/plan/pod.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun::cli {
namespace {

struct ApplyCommandOptions {
  std::vector<std::string> files;
  Creation creation;
};

// What a person has a say in; a cluster's own fields, such as status, do not count, nor does the order of keys.
nlohmann::json asked_for(const std::string& manifest) {
  const auto pod = nlohmann::json::parse(manifest, nullptr, false);
  nlohmann::json asked;
  for (const char* part : {"/metadata/labels", "/metadata/annotations", "/spec"})
    if (const nlohmann::json::json_pointer at(part); pod.contains(at)) asked[part] = pod.at(at);
  return asked;
}

bool is_as_asked(const PodRecord& pod, const PodSpec& spec, const Creation& creation) {
  return !pod.life.is_terminating() && pod.plan.networks == creation.options.networks &&
         pod.plan.who.given == digest_of_given(spec) && asked_for(pod.plan.who.manifest) == asked_for(spec.manifest);
}

// The old one goes once it is known that the new one can be made.
Result<void> replace(Context& context, Host& host, const PodSpec& spec, const std::string& id,
                     const Creation& creation) {
  if (!creation.is_dry()) {
    TRY(check_creation(host, spec, creation.options).in("create pod \"" + spec.name + "\""));
    base::listen_for_interruption();
    TRY(delete_pod(host, id, {}).in("delete pod \"" + spec.name + "\""));
  }
  return create_and_show(context, host, spec, creation, "replaced");
}

Result<void> apply_one(Context& context, Host& host, const PodSpec& spec, const Creation& creation) {
  TRY(base::check_interruption().in("apply pod \"" + spec.name + "\""));
  const auto id = host.store.find(spec.name_space, spec.name);
  if (!id) return create_and_show(context, host, spec, creation);
  const PodRecord pod = TRY(host.store.load(*id));
  if (!is_as_asked(pod, spec, creation)) return replace(context, host, spec, *id, creation);
  show_pod(context, creation, "unchanged", TRY(host.store.whole(pod)));
  return {};
}

Result<int> apply(Context& context, const ApplyCommandOptions& options) {
  TRY(context.require_root("apply"));
  const std::vector<PodSpec> pods = TRY(read_manifests(context, options.files, false));
  std::vector<PodTarget> targets;
  for (const PodSpec& pod : pods) targets.push_back({pod.name_space, pod.name});
  TRY(be_ready_to_end(context, targets));
  Host host = context.host();
  Failures failures;
  for (const PodSpec& pod : pods) {
    const auto applied = apply_one(context, host, pod, options.creation);
    if (!applied) failures.add(applied.error());
    if (!applied && base::is_interruption(applied.error())) break;
  }
  return failures.exit_code();
}

}  // namespace

void apply_command(Command& command, Context& context) {
  const auto options = std::make_shared<ApplyCommandOptions>();
  add_manifests(command, options->files).required();
  add_creation(command, options->creation);
  add_record(command, context);
  command.run([&context, options] { return apply(context, *options); });
}

}  // namespace podrun::cli
