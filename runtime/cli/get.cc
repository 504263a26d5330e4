// podrun get: the pods there are.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/pod_printer.h"
#include "runtime/cli/pod_query.h"
#include "runtime/cli/sort_by.h"
#include "runtime/cli/watch_pods.h"

namespace podrun::cli {
namespace {

struct GetCommandOptions {
  PodQuery query;
  std::string output;
  std::string sort_by;
  bool no_headers = false;
  bool show_labels = false;
  std::vector<std::string> label_columns;
  bool watch = false;
  bool watch_only = false;
};

Result<int> get(Context& context, GetCommandOptions& options) {
  if (options.query.words == std::vector<std::string>{"all"}) options.query.words.clear();  // kubectl's: here, the pods
  const TableStyle style{.wide = false,
                         .with_namespace = options.query.all_namespaces,
                         .with_labels = options.show_labels,
                         .label_columns = options.label_columns,
                         .headings = !options.no_headers};
  const PodPrinter printed = TRY(pod_printer(options.output, style));
  if (options.watch || options.watch_only)
    return watch_pods(
        context, options.query, printed,
        {.only_changes = options.watch_only, .in_rows = has_columns(options.output), .sort_by = options.sort_by});
  Failures failures;
  auto [pods, named] = TRY(find_pods(context, options.query, failures));
  if (!options.sort_by.empty()) TRY(sort_by(pods, options.sort_by));
  const bool single = named == 1;
  if (!pods.empty() || (!single && !is_table(options.output))) {
    context.out.print(printed(pods, single));
  } else if (named == 0) {
    note_that_there_are_none(context, options.query);
  }
  return failures.exit_code();
}

}  // namespace

void get_command(Command& command, Context& context) {
  const auto options = std::make_shared<GetCommandOptions>();
  add_pod_query(command, options->query);
  command.option("-o,--output", options->output, "FORMAT", kFormats);
  command.option("--sort-by", options->sort_by, "PATH", "In the order of this field: .metadata.creationTimestamp");
  command.flag("--show-labels", options->show_labels, "A column with the labels");
  command.option("-L,--label-columns", options->label_columns, "LABEL,...", "A column for each of these labels")
      .split_at_commas();
  command.flag("--no-headers", options->no_headers, "No headings above the columns");
  command.flag("-w,--watch", options->watch, "Go on, with each pod that changes");
  command.flag("--watch-only", options->watch_only, "Only the pods that change");
  command.run([&context, options] { return get(context, *options); });
}

}  // namespace podrun::cli
