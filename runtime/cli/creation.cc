#include "runtime/cli/creation.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/print.h"
#include "runtime/cli/progress_line.h"
#include "runtime/cli/registry_options.h"

namespace podrun::cli {
namespace {

// What was asked for, as the API server would be sent it.
Json as_asked(const PodSpec& spec) {
  Json pod = Json::parse(spec.manifest, nullptr, false);
  pod["metadata"]["namespace"] = spec.name_space;
  return pod;
}

void show_created(Output& out, const std::string& format, const std::string& name, const std::string& what,
                  const Json& pod) {
  if (is_document(format)) return print_document(out, format, pod);
  out.print("pod/" + name + (format == "name" ? "" : " " + what) + "\n");
}

}  // namespace

void add_creation(Command& command, Creation& creation) {
  command
      .option("--network", creation.options.networks, "NAME[@INTERFACE],...",
              "CNI networks by name, each with the interface it is to be, or none; else the first configured")
      .split_at_commas();
  command.option("--dry-run", creation.dry_run, "none|client", "client: check what was asked for, and make nothing")
      .one_of({"none", "client"});
  add_registry(command, creation.options.registry);
  add_output(command, creation.output, {"json", "yaml", "name"});
}

Result<StoodUp> create_with_progress(Host& host, const PodSpec& spec, CreateOptions options) {
  std::optional<ProgressLine> line;  // while something is pulled
  options.registry.progress = [&line](const std::string& text) { show_progress(line, text); };
  return create_pod(host, spec, options).in("create pod \"" + spec.name + "\"");
}

void show_pod(Context& context, const Creation& creation, const std::string& done, Pod pod) {
  const std::string name = pod.record.plan.who.name;
  show_created(context.out, creation.output, name, done, kube_pod(look_at(context.store(), std::move(pod))));
  // Shown before the next manifest is begun. Whether it could be written is told once, at the end.
  static_cast<void>(context.out.flush());
}

Result<void> create_and_show(Context& context, Host& host, const PodSpec& spec, const Creation& creation,
                             const std::string& done) {
  if (creation.is_dry()) {
    show_created(context.out, creation.output, spec.name, done + " (dry run)", as_asked(spec));
    return {};
  }
  base::listen_for_interruption();
  Pod pod = TRY(create_with_progress(host, spec, creation.options)).pod;
  show_pod(context, creation, done, std::move(pod));
  return {};
}

}  // namespace podrun::cli
