// podrun cni add, check, del: one interface of one network namespace.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/cni_attachment.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/indent_json.h"

namespace podrun::cli {
namespace {

struct Options {
  std::string network;
  AttachmentFlags flags;
};

Result<cni::Attachment> attachment(const CniTool& tool, const Options& options) {
  return attachment_of(options.flags, tool.runtime.store().layout().directories().netns);
}

Result<int> add(Context& context, const Options& options) {
  TRY(context.require_root("cni add"));
  const base::InterruptionScope listening;
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  if (wanted.netns.starts_with("/proc/"))
    warn("'" + wanted.netns +
         "' is another's once its process has ended; `ip netns attach` gives it a name that stays");
  const cni::NetworkList network = TRY(tool.network(options.network));
  TRY(tool.runtime.settle_after_boot());
  const cni::NetworkResult result = TRY(tool.invoker.add(network, wanted));
  context.out.print(indent_json(TRY(cni::to_json(result, network.version))));
  return 0;
}

// CHECK and DEL go by what the ADD left. The configuration of today serves where that is unknown, and a network that
// is configured no longer is no reason to leave its interface behind.
Result<cni::NetworkList> network_of(const CniTool& tool, const std::string& name, const cni::Attachment& attachment) {
  auto configured = tool.network(name);
  if (configured) return configured;
  auto known = tool.invoker.attachment(name, attachment.container_id, attachment.ifname);
  if (!known || !*known) return configured;
  if ((*known)->effective) return std::move(*(*known)->effective);
  return cni::parse_network_list((*known)->config, "cached configuration of network '" + name + "'");
}

Result<int> check(Context& context, const Options& options) {
  TRY(context.require_root("cni check"));
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  TRY(tool.invoker.check(TRY(network_of(tool, options.network, wanted)), wanted));
  return 0;
}

Result<int> del(Context& context, const Options& options) {
  TRY(context.require_root("cni del"));
  const base::InterruptionScope listening;  // to no request: a DEL that has begun goes on to its end
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  TRY(tool.invoker.del(TRY(network_of(tool, options.network, wanted)), wanted));
  return 0;
}

void add_run(CLI::App& group, Context& context, const char* name, const char* help,
             Result<int> (*run)(Context&, const Options&)) {
  const auto options = std::make_shared<Options>();
  AttachmentFlags& flags = options->flags;
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("network", options->network, "Name of a configured network")->required()->type_name("NETWORK");
  command->add_option("netns", flags.netns, "Network namespace: a path, or a name as `ip netns` has it")
      ->required()
      ->type_name("NETNS");
  command->add_option("--ifname", flags.ifname, "Interface in the namespace")
      ->envname("CNI_IFNAME")
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--container-id", flags.container_id, "Else made of the path, as cnitool does")->type_name("ID");
  command->add_option("--args", flags.args, "CNI_ARGS for the plugins")->envname("CNI_ARGS")->type_name("K=V;K=V");
  command->add_option("--capability-args", flags.capability_args, "By capability: {\"portMappings\": [...]}")
      ->envname("CAP_ARGS")
      ->type_name("JSON");
  command->callback(
      [&context, options, run] { context.action = [&context, options, run] { return run(context, *options); }; });
}

}  // namespace

void add_cni_add(CLI::App& group, Context& context) {
  add_run(group, context, "add", "Attach a network namespace and print the result", add);
}

void add_cni_check(CLI::App& group, Context& context) {
  add_run(group, context, "check", "Ask the plugins whether it is still attached as it was", check);
}

void add_cni_del(CLI::App& group, Context& context) {
  add_run(group, context, "del", "Detach it, with the configuration and arguments it was attached with", del);
}

}  // namespace podrun::cli
