// podrun node get: the nodes there are.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/node_commands.h"
#include "runtime/cli/node_json.h"
#include "runtime/cli/node_names.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/kernel/clock.h"
#include "runtime/node/node_box.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {
namespace {

struct NodeGetCommandOptions {
  std::vector<std::string> words;
  std::string output;
  bool no_headers = false;
};

// Its pods as the machine can see them, without going there.
SeenNode look_at_node(const Context& context, NodeRecord record) {
  const Store inside(layout_of_node(context.store().layout(), record.name));
  SeenNode node;
  node.lives = lives(record);
  node.record = std::move(record);
  for (const PodRecord& pod : inside.list().value_or({}))
    node.pods.push_back(pod.plan.who.name_space + "/" + pod.plan.who.name);
  return node;
}

std::vector<SeenNode> find_nodes(const Context& context, const std::vector<std::string>& names, Failures& failures) {
  const Layout layout = context.store().layout();
  std::vector<SeenNode> nodes;
  std::vector<std::string> broken;
  if (names.empty())
    for (NodeRecord& record : list_nodes(layout, &broken)) nodes.push_back(look_at_node(context, std::move(record)));
  for (const std::string& name : names) {
    auto record = find_node(layout, name);
    if (record)
      nodes.push_back(look_at_node(context, std::move(*record)));
    else
      failures.add(record.error());
  }
  for (const std::string& name : broken)
    warn("the record of node \"" + name + "\" cannot be read (`podrun recover` or `podrun node delete`)");
  return nodes;
}

void print_table(Context& context, const NodeGetCommandOptions& options, const std::vector<SeenNode>& nodes) {
  const bool wide = options.output == "wide";
  std::vector<Row> rows;
  if (!options.no_headers) rows.push_back(node_heading(wide));
  for (const SeenNode& node : nodes) rows.push_back(node_row(node, wide, wall_time()));
  context.out.print(table(rows));
}

Result<int> print_nodes(Context& context, const NodeGetCommandOptions& options) {
  TRY(context.require_root("node get"));
  const std::vector<std::string> names = node_names(options.words);
  Failures failures;
  const std::vector<SeenNode> nodes = find_nodes(context, names, failures);
  const bool single = names.size() == 1;
  if (is_document(options.output)) {
    std::vector<Json> documents;
    for (const SeenNode& node : nodes) documents.push_back(kube_node(node));
    if (!single)
      print_document(context.out, options.output, kube_list(std::move(documents)));
    else if (!documents.empty())
      print_document(context.out, options.output, documents.front());
  } else if (options.output == "name") {
    for (const SeenNode& node : nodes) context.out.print("node/" + node.record.name + "\n");
  } else if (!nodes.empty()) {
    print_table(context, options, nodes);
  } else if (names.empty()) {
    note("No nodes found");
  }
  return failures.exit_code();
}

}  // namespace

void node_get_command(Command& command, Context& context) {
  const auto options = std::make_shared<NodeGetCommandOptions>();
  command.words(options->words, "NODE", "Names of nodes; else all there are");
  add_output(command, options->output, {"wide", "name", "json", "yaml"});
  command.flag("--no-headers", options->no_headers, "No headings above the columns");
  command.run([&context, options] { return print_nodes(context, *options); });
}

}  // namespace podrun::cli
