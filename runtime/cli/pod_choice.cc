#include "runtime/cli/pod_choice.h"

#include "runtime/cli/bad_input.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<std::vector<PodTarget>> from_store(const Context& context, const PodChoice& choice) {
  const std::string name_space = choice.all_namespaces ? "" : context.flags.name_space;
  const PodFilter filter = TRY(PodFilter::parse(name_space, choice.selector, choice.field_selector));
  const Store store = context.store();
  std::vector<PodTarget> targets;
  for (const PodRecord& pod : TRY(store.list()))
    if (filter.may_match(pod) && (!filter.asks_for_fields() || filter.matches(look_at(store, TRY(store.whole(pod))))))
      targets.push_back(target_of(pod));
  return targets;
}

}  // namespace

Result<std::vector<PodTarget>> pods_of_files(const Context& context, const std::vector<std::string>& files) {
  std::vector<PodTarget> targets;
  for (PodName& pod : TRY(find_pod_names(TRY(read_texts(files)), manifest_options(context))))
    targets.push_back({std::move(pod.name_space), std::move(pod.name)});
  return targets;
}

void add_pod_choice(Command& command, PodChoice& choice) {
  command.words(choice.words, "POD", "Names of pods");
  add_manifests(command, choice.files);
  command.flag("--all", choice.all, "Every pod of the namespace");
  command.flag("-A,--all-namespaces", choice.all_namespaces, "With --all or --selector: of every namespace");
  command.option("-l,--selector", choice.selector, "SELECTOR", "Pods with these labels");
  command.option("--field-selector", choice.field_selector, "SELECTOR", "Pods with these fields");
}

Result<std::vector<PodTarget>> choose_pods(const Context& context, const PodChoice& choice,
                                           const std::string& command) {
  const std::vector<std::string> names = TRY(pod_names(choice.words));
  const bool many = choice.all || !choice.selector.empty() || !choice.field_selector.empty();
  const int ways = (names.empty() ? 0 : 1) + (choice.files.empty() ? 0 : 1) + (many ? 1 : 0);
  if (ways == 0) return bad_input(command + ": which pods? Give names, --filename, --all or a selector");
  if (ways > 1) return bad_input(command + ": names of pods, --filename and --all or a selector do not go together");
  if (choice.all_namespaces && !many)
    return bad_input(command + ": --all-namespaces goes with --all or a selector only");
  if (!choice.files.empty()) return pods_of_files(context, choice.files);
  if (many) return from_store(context, choice);
  std::vector<PodTarget> targets;
  for (const std::string& name : names) targets.push_back({context.flags.name_space, name});
  return targets;
}

}  // namespace podrun::cli
