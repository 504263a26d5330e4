// podrun get: the pods there are.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "runtime/cli/commands.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/pod_table.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/cli/selector.h"
#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

struct GetOptions {
  std::vector<std::string> words;
  std::string output;
  std::string selector;
  bool all_namespaces = false;
};

// A box without a readable record is being made at this moment, or is what a crash left.
void warn_of_broken(const Store& store, const std::vector<std::string>& ids) {
  for (const std::string& id : ids)
    if (store.lock_holder(id).value_or(0) == 0)
      warn("the pod of id " + id + " has no readable record; podrun recover removes what is left of it");
}

Result<std::vector<LivePod>> all_pods(const Context& context, const GetOptions& options) {
  const Selector selector = TRY(Selector::parse(options.selector));
  const Store store = context.store();
  std::vector<std::string> broken;
  std::vector<LivePod> pods;
  for (PodRecord& record : TRY(store.list(&broken))) {
    if (!options.all_namespaces && record.name_space != context.flags.name_space) continue;
    if (selector.matches(record.labels)) pods.push_back(look_at(store, std::move(record)));
  }
  warn_of_broken(store, broken);
  return pods;
}

Result<std::vector<LivePod>> named_pods(const Context& context, const GetOptions& options,
                                        const std::vector<std::string>& names, Failures& failures) {
  if (!options.selector.empty() || options.all_namespaces)
    return Error{Kind::invalid, 0, "get: names do not go together with --selector or --all-namespaces"};
  const Store store = context.store();
  std::vector<LivePod> pods;
  for (const std::string& name : names) {
    auto record = find_pod(context, name);
    if (record) {
      pods.push_back(look_at(store, std::move(record).value()));
    } else {
      failures.add(record.error());
    }
  }
  return pods;
}

void print_table(Context& context, const GetOptions& options, const std::vector<LivePod>& pods) {
  context.out.print(pod_table(pods, {options.output == "wide", options.all_namespaces}, now()));
}

void print_documents(Context& context, const std::string& format, const std::vector<LivePod>& pods, bool single) {
  std::vector<Json> documents;
  for (const LivePod& pod : pods) documents.push_back(kube_pod(pod));
  print_document(context.out, format, single ? std::move(documents.front()) : kube_list(std::move(documents)));
}

Result<int> get(Context& context, const GetOptions& options) {
  const std::vector<std::string> names = TRY(pod_names(options.words));
  Failures failures;
  const std::vector<LivePod> pods =
      names.empty() ? TRY(all_pods(context, options)) : TRY(named_pods(context, options, names, failures));
  if (options.output == "name") {
    for (const LivePod& pod : pods) context.out.print("pod/" + pod.record.name + "\n");
  } else if (is_document(options.output)) {
    const bool single = names.size() == 1;
    if (!single || !pods.empty()) print_documents(context, options.output, pods, single);
  } else if (!pods.empty()) {
    print_table(context, options, pods);
  } else if (names.empty()) {
    note(options.all_namespaces ? "No resources found"
                                : "No resources found in " + context.flags.name_space + " namespace.");
  }
  return failures.exit_code();
}

}  // namespace

void add_get(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App* command = app.add_subcommand("get", "List pods, or show some of them");
  command->add_option("pods", options->words, "Names of pods; none: all of the namespace")->type_name("POD");
  add_output(*command, options->output, {"wide", "json", "yaml", "name"});
  command->add_option("-l,--selector", options->selector, "Only pods with these labels: app=web,tier!=db,env in (a,b)")
      ->type_name("SELECTOR");
  command->add_flag("-A,--all-namespaces", options->all_namespaces, "The pods of every namespace");
  command->callback([&context, options] { context.action = [&context, options] { return get(context, *options); }; });
}

}  // namespace podrun::cli
