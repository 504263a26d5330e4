// podrun create: make the pod of a manifest.
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/sandbox/create_pod.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  CreateOptions create;
  std::string output;
  std::string dry_run = "none";

  bool is_dry_run() const { return dry_run == "client"; }
};

// What was asked for, as the API server would be sent it.
Json as_asked(const PodSpec& spec) {
  Json pod = Json::parse(spec.manifest, nullptr, false);
  pod["metadata"]["namespace"] = spec.name_space;
  return pod;
}

void show(Output& out, const std::string& format, const std::string& name, const char* what, const Json& pod) {
  if (is_document(format)) return print_document(out, format, pod);
  out.print("pod/" + name + (format == "name" ? "" : what) + "\n");
}

Result<void> create_one(Context& context, Host& host, const std::string& file, const Options& options) {
  const PodSpec spec = TRY(read_manifest(context, file, false));
  if (options.is_dry_run()) {
    show(context.out, options.output, spec.name, " created (dry run)", as_asked(spec));
    return {};
  }
  const base::InterruptionScope listening;
  Pod pod = TRY(create_pod(host, spec, options.create).in("create pod \"" + spec.name + "\""));
  show(context.out, options.output, spec.name, " created", kube_pod(look_at(host.store, std::move(pod))));
  // Shown before the next manifest is begun. Whether it could be written is told once, at the end.
  static_cast<void>(context.out.flush());
  return {};
}

Result<int> create(Context& context, const Options& options) {
  if (!options.is_dry_run()) TRY(context.require_root("create"));
  Host host = context.host();
  Failures failures;
  for (const std::string& file : options.files) {
    auto created = base::check_interruption().in("create from '" + file + "'");
    const bool interrupted = !created;
    if (created) created = create_one(context, host, file, options);
    if (!created) failures.add(created.error());
    if (interrupted) break;
  }
  return failures.exit_code();
}

}  // namespace

void create_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
  command.option("-f,--filename", options->files, "FILE", "Manifest, YAML or JSON; - reads stdin").required();
  command
      .option("--network", options->create.networks, "NAME[@INTERFACE],...",
              "CNI networks by name, each with the interface it is to be, or none; else the first configured")
      .split_at_commas();
  command.option("--dry-run", options->dry_run, "none|client", "client: read and check the manifest, and make nothing")
      .one_of({"none", "client"});
  add_output(command, options->output, {"json", "yaml", "name"});
  command.run([&context, options] { return create(context, *options); });
}

}  // namespace podrun::cli
