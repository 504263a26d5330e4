// podrun create: make the pod of a manifest.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  CreateOptions create;
  std::string output;
};

Result<void> create_one(Context& context, Runtime& runtime, const std::string& file, const Options& options) {
  const PodSpec spec = TRY(read_manifest(context, file, false));
  const base::InterruptionScope listening;
  PodRecord record = TRY(runtime.create(spec, options.create).in("create pod \"" + spec.name + "\""));
  if (is_document(options.output)) {
    print_document(context.out, options.output, kube_pod(look_at(runtime.store(), std::move(record))));
  } else {
    context.out.print("pod/" + spec.name + (options.output == "name" ? "\n" : " created\n"));
  }
  // Shown before the next manifest is begun. Whether it could be written is told once, at the end.
  static_cast<void>(context.out.flush());
  return {};
}

Result<int> create(Context& context, const Options& options) {
  TRY(context.require_root("create"));
  Runtime runtime = context.runtime();
  Failures failures;
  for (const std::string& file : options.files) {
    auto created = base::check_interruption().in("create from '" + file + "'");
    const bool interrupted = !created;
    if (created) created = create_one(context, runtime, file, options);
    if (!created) failures.add(created.error());
    if (interrupted) break;
  }
  return failures.exit_code();
}

}  // namespace

void add_create(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("create", "Make the pod that a manifest describes");
  command->add_option("-f,--filename", options->files, "Manifest, YAML or JSON; - reads stdin")
      ->required()
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      ->add_option("--network", options->create.networks,
                   "CNI networks by name, each with the interface it is to be, or none; else the first configured")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[@INTERFACE],...");
  add_output(*command, options->output, {"json", "yaml", "name"});
  command->callback(
      [&context, options] { context.action = [&context, options] { return create(context, *options); }; });
}

}  // namespace podrun::cli
